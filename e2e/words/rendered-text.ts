/** What a user can read in a rendered component: texts, names of controls, and tooltips, one a line, each once. */
import { createElement, type ReactElement } from 'react';
import { renderToStaticMarkup } from 'react-dom/server';
import { CommandsContext, type Commands } from '../../renderer/commands.ts';

const entities: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', '#x27': "'" };

export function renderedText(element: ReactElement): readonly string[] {
  // Nothing is clicked here.
  const markup = renderToStaticMarkup(createElement(CommandsContext, { value: {} as Commands }, element));
  const found = [...markup.matchAll(/ (?:aria-label|title)="([^"]+)"|>([^<]+)</g)];
  const texts = found.map(([, named, text]) => (named ?? text ?? '').trim()).filter((text) => text !== '');
  return [...new Set(texts)].map((text) =>
    text.replace(/&([^;]+);/g, (all, name: string) => entities[name] ?? all),
  );
}
