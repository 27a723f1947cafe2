/**
 * The official conformance suite: both protocol revisions against servers with the suite's own fixtures behind the
 * product's transport and door, then the scenarios that need no fixtures against the product itself.
 */
import { startHttp, type HttpApp } from '../../src/http/app.ts';
import type { Host } from '../../src/mcp/host.ts';
import { conformanceServers } from './fixtures.ts';
import { startProduct } from './product.ts';
import { bearerProxy } from './proxy.ts';
import { runSuite } from './suite.ts';

const REVISIONS = ['2026-07-28', '2025-11-25'];

/** Scenarios that name no tool, resource or prompt, and the revisions they are part of. */
const WITHOUT_FIXTURES: Readonly<Record<string, readonly string[]>> = {
  'tools-list': REVISIONS,
  'resources-list': REVISIONS,
  'prompts-list': REVISIONS,
  'dns-rebinding-protection': REVISIONS,
  caching: ['2026-07-28'],
  'http-header-validation': ['2026-07-28'],
  'sep-2164-resource-not-found': ['2026-07-28'],
};

const TOKEN = 'conformance';

/** A door for the fixtures: one token, one grant, and nothing of its own behind it. */
const DOOR: Host<{ name: string }> = {
  server: { name: 'caretaker-conformance', title: 'Conformance', version: '1.0.0', instructions: '' },
  authenticate: async (token) => (token === TOKEN ? GRANT : undefined),
  principal: (grant) => grant.name,
  scopes: () => [],
  tools: () => [],
  call: async () => ({ structured: {}, text: '', isError: true }),
  resources: () => [],
  resourceTemplates: () => [],
  readResource: async () => undefined,
  prompts: () => [],
  prompt: async () => undefined,
  completePrompt: async () => [],
};
const GRANT = { name: 'conformance' };

async function fixtures(): Promise<boolean> {
  const app: HttpApp = await startHttp({
    host: DOOR,
    listen: { host: '127.0.0.1', port: 0 },
    scopes: [],
    report: () => {},
    servers: () => conformanceServers(() => app.notify),
  });
  const proxy = await bearerProxy(app.url, TOKEN);
  const results: boolean[] = [];
  for (const revision of REVISIONS) {
    const { passed, output } = await runSuite(`${proxy.url}/mcp`, ['--requirements', revision]);
    const summary = output.slice(output.indexOf('=== SUMMARY ==='));
    process.stdout.write(`\nFixtures, ${revision}: ${passed ? 'passed' : 'FAILED'}\n${summary}\n`);
    results.push(passed);
  }
  proxy.close();
  await app.close();
  return results.every(Boolean);
}

async function product(): Promise<boolean> {
  const server = await startProduct();
  const proxy = await bearerProxy(server.url, server.token);
  const results: boolean[] = [];
  for (const [scenario, revisions] of Object.entries(WITHOUT_FIXTURES)) {
    for (const revision of revisions) {
      const choice = ['--scenario', scenario, '--spec-version', revision];
      const { passed, output } = await runSuite(`${proxy.url}/mcp`, choice);
      process.stdout.write(`Product, ${revision}, ${scenario}: ${passed ? 'passed' : `FAILED\n${output}`}\n`);
      results.push(passed);
    }
  }
  proxy.close();
  await server.stop();
  return results.every(Boolean);
}

const passed = [await fixtures(), await product()];
process.exitCode = passed.every(Boolean) ? 0 : 1;
