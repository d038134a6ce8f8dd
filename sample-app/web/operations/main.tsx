import { mount, startOfPage } from '../site/mount.js';
import { Operations, type OperationsStart } from './operations.js';
import { OperationsPage } from './operations-page.js';
import { RefusalPage } from './refusal-page.js';

const operations = new Operations(startOfPage() as OperationsStart);
mount(
  operations.refusal.value === undefined ? (
    <OperationsPage operations={operations} />
  ) : (
    <RefusalPage operations={operations} />
  ),
);
operations.connect();
