import { banCases } from './support/ban-cases.js';
import { memoryBackend } from './support/backend.js';

banCases(memoryBackend);
