import { EventEmitter } from 'node:events';
import { describe, expect, it } from 'vitest';
import type { CommandContext, Input } from './command-context.ts';
import { readSecretInput } from './secret-input.ts';
import { testSurroundings } from './testing/test-context.ts';

/** Echoes what is typed unless it is in raw mode, as a terminal does. */
class EchoingTerminal extends EventEmitter {
  readonly isTTY = true;
  readonly screen: string[] = [];
  #isRaw = false;
  setRawMode(isRaw: boolean): void {
    this.#isRaw = isRaw;
  }
  pause(): void {}
  resume(): void {}
  type(text: string): void {
    if (!this.#isRaw) this.screen.push(text);
    this.emit('data', text);
  }
}

describe('a password at a terminal', () => {
  it('is not echoed even if it is typed the moment the prompt appears', async () => {
    const terminal = new EchoingTerminal();
    const write = (text: string): void => {
      terminal.screen.push(text);
      if (text === 'Password: ') terminal.type('tortoise\r');
    };
    const context = {
      ...testSurroundings({ openStdin: () => terminal as unknown as Input }),
      stderr: { write },
    } as unknown as CommandContext;
    expect(await readSecretInput(context, 'Password: ')).toBe('tortoise');
    expect(terminal.screen.join('')).toBe('Password: \n');
  });
});
