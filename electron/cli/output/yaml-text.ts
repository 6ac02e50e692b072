import { Document, visit } from 'yaml';
import { visibleText } from '../../../shared/visible-text.ts';

/**
 * A value as YAML, all of it visible: text with invisible characters is in double quotes, where `\u001b` has its usual
 * meaning.
 */
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
