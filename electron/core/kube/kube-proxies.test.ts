import { expect, it } from 'vitest';
import { goesThroughProxy } from './kube-proxies.ts';

const server = 'https://api.prod.example.com:6443';
const HTTPS_PROXY = 'http://proxy:3128';

it.each([
  ['none is configured', { server, proxyUrl: null }, {}, false],
  ['the kubeconfig names one', { server, proxyUrl: 'socks5://localhost:1080' }, {}, true],
  ['the environment names one', { server, proxyUrl: null }, { HTTPS_PROXY }, true],
  ['in lower case', { server, proxyUrl: null }, { https_proxy: HTTPS_PROXY }, true],
  ['for another protocol', { server, proxyUrl: null }, { HTTP_PROXY: 'http://proxy:3128' }, false],
  [
    'but the server is this machine',
    { server: 'https://127.0.0.1:6443', proxyUrl: null },
    { HTTPS_PROXY },
    false,
  ],
  ['or its name', { server: 'https://localhost:6443', proxyUrl: null }, { HTTPS_PROXY }, false],
  ['or its IPv6 address', { server: 'https://[::1]:6443', proxyUrl: null }, { HTTPS_PROXY }, false],
  [
    'except for its domain',
    { server, proxyUrl: null },
    { HTTPS_PROXY, NO_PROXY: 'other,example.com' },
    false,
  ],
  [
    'except below its domain',
    { server, proxyUrl: null },
    { HTTPS_PROXY, NO_PROXY: '.prod.example.com' },
    false,
  ],
  [
    'except below its name',
    { server, proxyUrl: null },
    { HTTPS_PROXY, NO_PROXY: '.api.prod.example.com' },
    true,
  ],
  ['except for everything', { server, proxyUrl: null }, { HTTPS_PROXY, no_proxy: '*' }, false],
  [
    'except at another port',
    { server, proxyUrl: null },
    { HTTPS_PROXY, NO_PROXY: 'api.prod.example.com:443' },
    true,
  ],
  [
    'except at its port',
    { server, proxyUrl: null },
    { HTTPS_PROXY, NO_PROXY: 'api.prod.example.com:6443' },
    false,
  ],
  [
    'except in its network',
    { server: 'https://10.1.2.3', proxyUrl: null },
    { HTTPS_PROXY, NO_PROXY: '10.0.0.0/8' },
    false,
  ],
  [
    'except in another network',
    { server: 'https://10.1.2.3', proxyUrl: null },
    { HTTPS_PROXY, NO_PROXY: '10.2.0.0/16,10.0.0.0/x' },
    true,
  ],
  ['and the server is unknown', { server: '', proxyUrl: null }, { HTTPS_PROXY }, false],
] as const)('%s', (_, facts, environment, expected) => {
  expect(goesThroughProxy(facts, environment)).toBe(expected);
});
