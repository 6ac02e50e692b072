import { toneShapes as shapes } from '../../shared/service-tone.ts';
import type { CauseView } from '../cause-view.ts';
import type { ListView, RowView } from '../service-rows.ts';

/** The list as text, one string per line on the screen, so that a failing test shows what the user would see. */
export function rowsAsText({ sharedCauses, troubles, moreTroubles, groups }: ListView): readonly string[] {
  return [
    ...sharedCauses.flatMap(({ names, tone, cause }) => [
      `${shapes[tone]} ${names.length} forwards: ${cause.title}`,
      causeEnd(cause),
    ]),
    ...troubles.map(({ name, title }) => `${shapes.trouble} ${name}: ${title}`),
    ...(moreTroubles === 0 ? [] : [`  ${moreTroubles} more`]),
    ...groups.flatMap(({ title, on, count, isFolded, rows }) => [
      ...(title === null ? [] : [`${isFolded ? '›' : '⌄'} ${title}  ${count} ${switchText(on)}`]),
      ...rows.flatMap(rowAsText),
    ]),
  ];
}

const rowAsText = (row: RowView): readonly string[] => [
  [
    `${row.isQuiet ? quietShape : shapes[row.tone]} ${row.name}`,
    ...(row.port === null ? [] : [row.port]),
    switchText(row.on),
  ].join('  '),
  ...(row.cause === null || row.isQuiet
    ? [`  ${[row.route, row.status].filter((part) => part !== '').join('  ')}`]
    : [`  ${row.cause.title}`, causeEnd(row.cause)]),
];

const quietShape = shapes.checking;

const causeEnd = ({ line, action }: CauseView): string =>
  `  ${[line, ...(action === null ? [] : [`[${action.label}]`])].join('  ')}`;

const switchText = (on: boolean): string => (on ? '(—●)' : '(○—)');
