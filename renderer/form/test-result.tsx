import type { ReactElement } from 'react';
import { StateShape } from '../state-shape.tsx';
import type { TestState } from './use-form.ts';

/** The result of a connection test, which saves nothing. */
export function TestResult({ test }: { readonly test: TestState }): ReactElement {
  return (
    <div className="test-result" role="status" data-kind={test.kind}>
      {test.kind === 'running' && (
        <>
          <StateShape tone="checking" />
          <p>Testing …</p>
        </>
      )}
      {test.kind === 'done' && (
        <>
          <StateShape tone={test.result.ok ? 'up' : 'trouble'} />
          <div>
            <p>{test.result.message}</p>
            {test.result.remedy !== null && <p className="quiet">{test.result.remedy}</p>}
          </div>
        </>
      )}
    </div>
  );
}
