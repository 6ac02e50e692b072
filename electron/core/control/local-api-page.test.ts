import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import type * as z from 'zod';
import { controlErrorSchema, isControlStream } from '../../../shared/control-contract.ts';
import { allRoutes, contractOf, fromQuery, toQuery } from './control-routes.ts';
import { httpStatus } from './http-status.ts';

const page = readFileSync(path.join(import.meta.dirname, '../../docs/local-api.md'), 'utf8');

/** The text below the heading of each route. */
const sections = new Map(
  page
    .split(/^### /m)
    .slice(1)
    .map((section) => {
      const [heading = '', ...text] = section.split('\n');
      return [heading.replaceAll('`', ''), text.join('\n').split(/^## /m)[0] ?? ''] as const;
    }),
);

/** Codes that only the client produces, or that end a connection without an answer. */
const withoutAnswer = ['not-running', 'connection-lost', 'too-slow'];

describe('the page about the local API', () => {
  it('has one section per route, and no others', () => {
    expect([...sections.keys()].sort()).toEqual(
      allRoutes.map(({ method, path }) => `${method} ${path}`).sort(),
    );
  });

  it.each(allRoutes)(
    'documents the params of $method $path, and whether it is a stream',
    ({ name, method, path }) => {
      const text = sections.get(`${method} ${path}`) ?? '';
      const { shape } = (contractOf(name).params as unknown as z.ZodReadonly<z.ZodObject>).unwrap();
      expect(Object.keys(shape).filter((param) => !text.includes(param))).toEqual([]);
      expect(text.startsWith('\nStream')).toBe(isControlStream(name));
    },
  );

  it('lists each code with its status', () => {
    const rows = [...page.matchAll(/^\| (\d{3}) +\| `([a-z-]+)` +\|/gm)].map(([, status, code]) => [
      code,
      Number(status),
    ]);
    const { code } = controlErrorSchema.unwrap().shape;
    const answered = code.options.filter((option) => !withoutAnswer.includes(option));
    expect(rows.sort()).toEqual(answered.map((option) => [option, httpStatus[option]]).sort());
  });
});

describe('the routes', () => {
  it('have one path each', () => {
    expect(new Set(allRoutes.map(({ path }) => path)).size).toBe(allRoutes.length);
  });

  it('read the params that they write as a query', () => {
    const params = { live: true, quiet: false, name: 'a & b=c', none: null };
    expect(fromQuery(toQuery(params).slice(1))).toEqual({ live: true, quiet: false, name: 'a & b=c' });
    expect(toQuery({})).toBe('');
  });
});
