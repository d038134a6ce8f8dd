import type { Call } from './call.js';

/** How the call stands, for the person in it. */
export function words(call: Call): string {
  switch (call.stage.value) {
    case 'outside':
      return call.news.value ?? 'Camera and microphone are off. Your browser asks for them when you join.';
    case 'asking':
      return 'Your browser asks whether this page may use camera and microphone.';
    case 'joining':
      return call.visitor.status.standing.value.state === 'online'
        ? 'Asking the server to let you in.'
        : 'Waiting for the server.';
    case 'inside':
      return inside(call);
  }
}

function inside({ conversation: { value: conversation }, news, visitor }: Call): string {
  if (conversation === undefined) {
    return `${news.value ? `${news.value} ` : ''}You are alone in this call: it begins when somebody joins.`;
  }
  const name = conversation.name.value;
  switch (conversation.state.value) {
    case 'connected':
      break;
    case 'disconnected':
      return `Nothing comes from ${name} any more. Waiting for it to come back.`;
    case 'failed':
    case 'closed':
      return `The way to ${name} is lost. Looking for another.`;
    default:
      return `${name} is here. Looking for a way to each other.`;
  }
  if (visitor.status.standing.value.state !== 'online') {
    return `You are in a call with ${name}. Signalling is cut; sound and picture go on without it.`;
  }
  if (conversation.member.value?.away || !conversation.listed.value)
    return `You are in a call with ${name}, whose signalling is cut; sound and picture go on without it.`;
  const { sound, camera } = conversation.shows.value ?? { sound: true, camera: true };
  const lacks = [...(sound ? [] : ['the microphone']), ...(camera ? [] : ['the camera'])];
  const off = lacks.length > 0 ? ` ${name} has turned off ${lacks.join(' and ')}.` : '';
  return `You are in a call with ${name}.${off}`;
}
