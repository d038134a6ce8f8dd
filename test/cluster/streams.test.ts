import { memoryBackend } from './support/backend.js';
import { streamCases } from './support/stream-cases.js';

streamCases(memoryBackend);
