import { visibleLine } from '../../shared/visible-text.ts';
import { yamlText } from './output/yaml-text.ts';

/** A whole config file. */
export const proposalYaml = (entries: readonly object[], remarks: readonly string[]): string => {
  const comment = remarks.map((remark) => `# ${visibleLine(remark)}\n`).join('');
  return `${comment}${yamlText({ version: '1.0', services: entries })}`;
};
