export { ManualClock } from 'nestjs-roost/testing';
