import { BroadcastStream, RoomGateway, Rooms } from 'nestjs-roost';
import { distinctUntilChanged, from, map, merge, mergeMap, type Observable } from 'rxjs';
import type { LobbyContract, Viewers } from './channel.contract.js';
import { Channels } from './channels.js';

/** Tells who looks at the list of channels how many are in each, as it changes. */
@RoomGateway('lobby', { presence: 'off', history: false })
export class LobbyGateway {
  constructor(
    private readonly rooms: Rooms,
    private readonly channels: Channels,
  ) {}

  @BroadcastStream<LobbyContract, 'viewers'>('viewers', { sample: 500, key: ({ channel }) => channel })
  viewers(): Observable<Viewers> {
    const listed = from(this.channels.all());
    return merge(listed, this.channels.created$).pipe(mergeMap(({ name }) => this.#viewersOf(name)));
  }

  #viewersOf(channel: string): Observable<Viewers> {
    return this.rooms.get(`chat/${channel}`).presence$.pipe(
      map(({ count }) => count),
      distinctUntilChanged(),
      map((viewers) => ({ channel, viewers })),
    );
  }
}
