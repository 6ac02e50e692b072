/** The content of a dialog about updates, made safe to display: versions and errors come from a server. Pure. */
import { visibleLine } from '../../shared/visible-text.ts';

export interface UpdateBox {
  readonly message: string;
  readonly detail: string;
  readonly buttons: string[];
}

export const updateBox = (message: string, detail: string, buttons: readonly string[]): UpdateBox => ({
  message: visibleLine(message),
  detail: visibleLine(detail),
  buttons: [...buttons],
});
