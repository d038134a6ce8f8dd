export { ManualClock } from './manual-clock.js';
export { storeContract, type StoreContractCase, type StoreUnderTest } from './store-contract.js';
