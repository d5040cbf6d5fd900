/** The engine's process: started by src/service/client.ts, one for a window. */
import { realCore } from './core.ts';
import { Documents } from './documents.ts';
import { Engine } from './engine.ts';
import { processPort } from './process-port.ts';
import { serve } from './server.ts';

serve({ engine: new Engine(realCore), language: new Documents() }, processPort());
