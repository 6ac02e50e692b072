import { toneShapes as shapes } from '../../shared/service-tone.ts';
import type { CauseView } from '../cause-view.ts';
import type { ListView, RowView } from '../service-rows.ts';

/** The list as it reads on the screen, one string for each line, so that a failing test shows what the user would see. */
export function rowsAsText({ sharedCauses, groups }: ListView): readonly string[] {
  return [
    ...sharedCauses.flatMap(({ names, tone, cause }) => [
      `${shapes[tone]} ${names.length} forwards: ${cause.title}`,
      ...causeEnd(cause),
    ]),
    ...groups.flatMap(({ title, on, rows }) => [
      ...(title === null ? [] : [`${title.toUpperCase()} ${switchText(on)}`]),
      ...rows.flatMap(rowAsText),
    ]),
  ];
}

const rowAsText = (row: RowView): readonly string[] => [
  [
    `${shapes[row.tone]} ${row.name}`,
    ...(row.address === null ? [] : [row.address]),
    switchText(row.on),
  ].join('  '),
  ...(row.cause === null
    ? [`  ${[row.route, row.status].filter((part) => part !== '').join('  ')}`]
    : [`  ${row.cause.title}`, ...(row.causeIsShared ? [] : causeEnd(row.cause))]),
];

const causeEnd = ({ next, needsUser, remedy, action }: CauseView): readonly string[] => [
  ...(needsUser && remedy !== null ? [`  ${remedy}`] : []),
  `  ${[next, ...(action === null ? [] : [`[${action.label}]`])].join('  ')}`,
];

const switchText = (on: boolean): string => (on ? '(—●)' : '(○—)');
