// Who is publishing: one for each cam, whatever he came by.

/** What a stream key opens. */
export interface Place {
  stream: string;
  cam: string;
}

export interface Publisher {
  /** It ends as soon as anybody else wants to publish. */
  readonly givesWay: boolean;
  /** Who comes with the same name takes his own place again. */
  readonly visit?: string;
  refuse(reason: string): void;
}

export const takenOver = 'another broadcast took its place';
export const alreadyOn = 'this stream is already being broadcast';

const nameOf = ({ stream, cam }: Place): string => `${stream}/${cam}`;

export type Publishers = ReturnType<typeof createPublishers>;

export function createPublishers() {
  const publishing = new Map<string, Publisher>();

  function yields(before: Publisher, next: Publisher): boolean {
    return (before.givesWay && !next.givesWay) || (before.visit !== undefined && before.visit === next.visit);
  }

  return {
    /** False when somebody is on who does not give way. */
    enter(place: Place, publisher: Publisher): boolean {
      const before = publishing.get(nameOf(place));
      if (before && !yields(before, publisher)) return false;
      before?.refuse(takenOver);
      publishing.set(nameOf(place), publisher);
      return true;
    },
    leave(place: Place, publisher: Publisher): void {
      if (publishing.get(nameOf(place)) === publisher) publishing.delete(nameOf(place));
    },
  };
}
