/** The operations of `service-edit.ts` on one config file. */
import { err, type Result } from '../../../../shared/result.ts';
import type {
  EditOperation,
  EditRequest,
  EditResponse,
  ServiceEditor,
} from '../../../../shared/service-edit.ts';

export class ConfigEditor implements ServiceEditor {
  read = notYet<'read'>;
  propose = notYet<'propose'>;
  validate = notYet<'validate'>;
  test = notYet<'test'>;
  portHolder = notYet<'portHolder'>;
  save = notYet<'save'>;
  remove = notYet<'remove'>;
  undo = notYet<'undo'>;
}

function notYet<O extends EditOperation>(_request: EditRequest<O>): Promise<Result<EditResponse<O>, string>> {
  return Promise.resolve(err('the config cannot be edited yet'));
}
