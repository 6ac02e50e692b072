/** The pages of the documentation, in the order of their list: `electron/docs/TOPIC.md`, bundled as `docs/TOPIC.md`. */
export const docsTopics = [
  'install',
  'config',
  'transports',
  'checks',
  'causes',
  'command',
  'menu-bar',
  'json',
  'local-api',
  'security',
  'from-0.3.7',
  'figures',
  'glossary',
] as const;
