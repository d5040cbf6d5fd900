/** The engine's process over the core for tests: bundled and started by client.test.ts. */
import { Engine } from '../../../src/service/engine.ts';
import { processPort } from '../../../src/service/process-port.ts';
import { serve } from '../../../src/service/server.ts';
import { fakeCore } from './fake-core.ts';

serve({ engine: new Engine(fakeCore()) }, processPort());
