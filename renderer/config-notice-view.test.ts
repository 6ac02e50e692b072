import { describe, expect, it } from 'vitest';
import type { ConfigProblem, ConfigState } from '../shared/service-snapshot.ts';
import { configNoticeOf, type ConfigNoticeView } from './config-notice-view.ts';
import { up } from './testing/service-samples.ts';

const problem = (line: number | null, severity: ConfigProblem['severity'] = 'error'): ConfigProblem => ({
  severity,
  path: 'services[3].local_port',
  service: 'warehouse',
  line,
  message: '70000 is above 65535',
});

const noticeOf = (config: ConfigState): ConfigNoticeView | null =>
  configNoticeOf({ config, services: [up('postgres')] });

describe('the notice about the config', () => {
  it('is absent when the file is valid', () => {
    expect(noticeOf({ status: 'loaded', path: '/c.yaml', problems: [] })).toBeNull();
  });

  it('is absent on the first run, which has its own page', () => {
    expect(noticeOf({ status: 'welcome', path: null, problems: [] })).toBeNull();
  });

  it('shows the first three errors with their lines, and that the previous config is still in effect', () => {
    const problems = [41, 47, 63, 70].map((line) => problem(line));
    expect(noticeOf({ status: 'broken', path: '/c.yaml', problems })).toEqual({
      kind: 'broken',
      title: 'The config has 4 errors',
      text: 'The previous config is still in effect',
      problems: ['line 41', 'line 47', 'line 63'].map((place) => ({
        place,
        text: 'warehouse: local_port: 70000 is above 65535',
      })),
      more: 'and 1 more',
      button: 'Edit Line 41',
      line: 41,
    });
  });

  it('does not claim that something is running when nothing is', () => {
    const config: ConfigState = { status: 'broken', path: '/c.yaml', problems: [problem(41)] };
    expect(configNoticeOf({ config, services: [] })?.text).toBe('Nothing is running until you fix it');
  });

  it('names no line or path for a problem with the file as a whole', () => {
    const problems = [{ ...problem(null), path: '', message: 'The file is larger than 1 MB' }];
    expect(noticeOf({ status: 'broken', path: '/c.yaml', problems })).toMatchObject({
      title: 'The config has 1 error',
      problems: [{ place: null, text: 'The file is larger than 1 MB' }],
      more: null,
    });
  });

  it('makes invisible characters of a file visible', () => {
    const problems = [{ ...problem(41), message: 'has no field "na\u202eme"' }];
    expect(noticeOf({ status: 'broken', path: '/c.yaml', problems })?.problems).toEqual([
      { place: 'line 41', text: String.raw`warehouse: local_port: has no field "na\u202eme"` },
    ]);
  });

  describe('of a folder', () => {
    const review = {
      digest: 'abc',
      isChanged: true,
      services: [
        {
          name: 'db',
          listensOn: 'localhost:5432',
          leadsTo: 'ssh bastion → db:5432',
          runs: [],
          sends: ['the password keychain:db'],
        },
        { name: 'tool', listensOn: 'localhost:1', leadsTo: 'port 2', runs: ['sh -c evil'], sends: [] },
      ],
    };
    const untrusted: ConfigState = {
      status: 'untrusted',
      path: '/repo/localport.yaml',
      problems: [],
      review,
    };

    it('shows what would run, and identifies the text that Trust applies to', () => {
      expect(noticeOf(untrusted)).toEqual({
        kind: 'untrusted',
        title: 'The config changed: review and trust',
        text: '/repo/localport.yaml was found in the current folder. The previous config is still in effect',
        problems: [],
        more: null,
        button: 'Open Config',
        line: null,
        review: {
          digest: 'abc',
          lines: [
            'db: localhost:5432 → ssh bastion → db:5432',
            'db sends the password keychain:db there',
            'tool: localhost:1 → port 2',
            'tool runs sh -c evil',
          ],
        },
      });
    });

    it('says that nothing from a config that was never trusted is running', () => {
      const config = { ...untrusted, review: { ...review, isChanged: false } };
      expect(configNoticeOf({ config, services: [] })).toMatchObject({
        title: 'A new config: review and trust',
        text: '/repo/localport.yaml was found in the current folder. Nothing in it runs until you trust it',
      });
    });
  });

  it('counts only errors when the file is broken, and only warnings when it is not', () => {
    const problems = [problem(1), problem(2, 'warning'), problem(3, 'warning')];
    expect(noticeOf({ status: 'broken', path: '/c.yaml', problems })?.title).toBe('The config has 1 error');
    expect(noticeOf({ status: 'loaded', path: '/c.yaml', problems })?.title).toBe(
      'The config has 2 warnings',
    );
  });
});
