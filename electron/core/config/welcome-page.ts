/** The page that a new user sees through their first forward. Self-contained: no scripts, no external resources. */

/** One service of each technology. The tests of the compiler check it against the schema. */
export const exampleConfig = `version: "1.0"

services:
  - name: postgres
    technology: kubectl
    local_port: 5432
    remote_port: 5432
    connection:
      resource_type: service
      resource_name: postgres
      namespace: default
      context: \${KUBE_CONTEXT:minikube}
    health_check:
      type: postgres

  - name: admin
    technology: ssh
    local_port: 8443
    remote_port: 443
    connection:
      host: bastion.example.com
      user: deploy
      remote_host: admin.internal

  - name: printer
    technology: tcp
    local_port: 9100
    remote_port: 9100
    connection:
      host: 192.168.1.20

  - name: cloud-database
    technology: command
    local_port: 3306
    connection:
      argv: [cloud-sql-proxy, --port, "{local_port}", "my-project:region:database"]
`;

const style = `
  :root { color-scheme: light dark; --text: #1d1d1f; --dim: #6e6e73; --page: #f5f5f7; --card: #fff; --line: #d2d2d7; --accent: #0a7d33; }
  @media (prefers-color-scheme: dark) {
    :root { --text: #f5f5f7; --dim: #a1a1a6; --page: #161617; --card: #1f1f21; --line: #38383c; --accent: #4cd57c; }
  }
  * { box-sizing: border-box; }
  body { margin: 0; padding: 12vh 24px 64px; background: var(--page); color: var(--text);
    font: 16px/1.5 -apple-system, BlinkMacSystemFont, system-ui, "Segoe UI", sans-serif; }
  main { max-width: 640px; margin: auto; }
  .state { display: inline-flex; align-items: center; gap: 8px; color: var(--accent); font-weight: 600; font-size: 14px; }
  .state::before { content: ""; width: 10px; height: 10px; border-radius: 50%; background: currentColor; }
  h1 { font-size: 40px; line-height: 1.1; letter-spacing: -0.02em; margin: 12px 0 16px; }
  p { margin: 0 0 16px; }
  .lead { font-size: 19px; color: var(--dim); }
  h2 { font-size: 20px; margin: 40px 0 8px; letter-spacing: -0.01em; }
  code, pre { font: 13px/1.55 ui-monospace, "SF Mono", Menlo, Consolas, monospace; }
  p code { background: var(--card); border: 1px solid var(--line); border-radius: 6px; padding: 2px 6px; overflow-wrap: anywhere; }
  pre { background: var(--card); border: 1px solid var(--line); border-radius: 12px; padding: 20px; overflow-x: auto; margin: 0; }
`;

/** The whole page as HTML. */
export function renderWelcomePage(details: {
  readonly configPath: string;
  readonly localPort: number;
}): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Welcome to LocalPort</title>
<style>${style}</style>
</head>
<body>
<main>
<span class="state">Up and healthy</span>
<h1>Your first forward works.</h1>
<p class="lead">This page came to you through LocalPort, which listens on port ${details.localPort} of this computer and passes
every byte on to the target. Here the target is LocalPort itself.</p>
<p>LocalPort does the same for databases in Kubernetes, servers behind a bastion, and anything else that it can reach. It keeps each
tunnel alive, replaces a dead one before you notice, and reconnects automatically after sleep or a network change.</p>
<h2>Add your own</h2>
<p>Write this file and change it as you need. LocalPort applies saved changes immediately.</p>
<p><code>${escapeHtml(details.configPath)}</code></p>
<pre><code>${escapeHtml(exampleConfig)}</code></pre>
</main>
</body>
</html>
`;
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

const escapeHtml = (text: string): string =>
  text.replace(/[&<>"']/g, (character) => entities[character] ?? character);
