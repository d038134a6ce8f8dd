import { mount, startOfPage } from '../site/mount.js';
import { Call, type CallStart } from './call.js';
import { CallPage } from './call-page.js';

const call = new Call(startOfPage() as CallStart);
mount(<CallPage call={call} />);
call.connect();

// Who leaves the page leaves the call; camera and microphone go off with it.
addEventListener('pagehide', () => call.leave());
addEventListener('pageshow', ({ persisted }) => persisted && location.reload());
