import { Document, visit } from 'yaml';
import { visibleText } from '../../../shared/visible-text.ts';

/** A value as YAML, all of it visible: text that is not stands in double quotes, where `\u001b` means what it says. */
export function yamlText(value: unknown): string {
  const document = new Document(value);
  visit(document, {
    Scalar: (_, scalar) => {
      if (typeof scalar.value === 'string' && visibleText(scalar.value) !== scalar.value)
        scalar.type = 'QUOTE_DOUBLE';
    },
  });
  return visibleText(document.toString({ lineWidth: 0 })).trimEnd();
}
