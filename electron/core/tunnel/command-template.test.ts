import { expect, it } from 'vitest';
import { endpointPlaceholder, expandPlaceholders } from './command-template.ts';

it('replaces every placeholder in every argument, but not in the program', () => {
  const argv = ['{socket}', '-L', '{local_port}:{local_port}', '--at={socket}'] as const;
  expect(expandPlaceholders(argv, { localPort: 4000, socket: '/run/$&.sock' })).toEqual([
    '{socket}',
    '-L',
    '4000:4000',
    '--at=/run/$&.sock',
  ]);
});

it('takes the endpoint from the placeholder and prefers the socket', () => {
  expect(endpointPlaceholder(['x', '{local_port}'])).toEqual({ ok: true, value: 'local_port' });
  expect(endpointPlaceholder(['x', '{local_port}', '{socket}'])).toEqual({ ok: true, value: 'socket' });
});

it('rejects a command without a placeholder for its endpoint', () => {
  expect(endpointPlaceholder(['{socket}', '5432'])).toMatchObject({ ok: false });
});
