import { serveStdio } from '@modelcontextprotocol/server/stdio';
import { bareServer } from './bare_server.ts';

serveStdio(bareServer);
