import { sessionCases } from './support/session-cases.js';
import { memoryBackend } from './support/backend.js';

sessionCases(memoryBackend);
