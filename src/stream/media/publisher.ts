// Where each stream's files go: a folder of our own, which is the truth, and any number of copies that follow it.
import { join } from 'node:path';
import type { Logger } from '../../log.js';
import { folderTarget, type Target } from './folder.js';
import { createFollower, type Follower } from './follower.js';
import { type S3Account, s3Target } from './s3.js';

/** Another place for all streams; each has a folder of its own in it. */
export type Place = { folder: string } | { bucket: string; prefix: string; account: S3Account };

export interface PublisherNeeds {
  mediaFolder: string;
  places: readonly Place[];
  /** A sentence for the host's dashboard. */
  onNotice: (stream: string, text: string) => void;
  log: Logger;
}

function at(place: Place, stream: string): { copy: Target; name: string } {
  if ('folder' in place) {
    const folder = join(place.folder, stream);
    return { copy: folderTarget(folder), name: folder };
  }
  const { account, bucket } = place;
  const prefix = `${place.prefix}${stream}/`;
  return { copy: s3Target({ account, bucket, prefix }), name: `s3://${bucket}/${prefix}` };
}

/** The truth, told to those who follow it once it is written. */
export function followed(truth: Target, followers: readonly Pick<Follower, 'put' | 'remove'>[]): Target {
  return {
    ...truth,
    async put(name, data) {
      await truth.put(name, data);
      for (const follower of followers) follower.put(name);
    },
    async remove(name) {
      await truth.remove(name);
      for (const follower of followers) follower.remove(name);
    },
  };
}

export type Publisher = ReturnType<typeof createPublisher>;

export function createPublisher(needs: PublisherNeeds) {
  const streams = new Map<string, { target: Target; followers: Follower[] }>();

  function open(stream: string): { target: Target; followers: Follower[] } {
    const truth = folderTarget(join(needs.mediaFolder, stream));
    const onNotice = (text: string): void => needs.onNotice(stream, text);
    const followers = needs.places.map((place) =>
      createFollower({ truth, ...at(place, stream), onNotice, log: needs.log }),
    );
    return { target: followed(truth, followers), followers };
  }

  return {
    target(stream: string): Target {
      const known = streams.get(stream) ?? open(stream);
      streams.set(stream, known);
      return known.target;
    },
    /** How each copy of each stream is. */
    copies: () =>
      [...streams].flatMap(([stream, { followers }]) => followers.map((one) => ({ stream, ...one.state() }))),
    stop: async (): Promise<void> => {
      await Promise.all([...streams.values()].flatMap(({ followers }) => followers.map((one) => one.stop())));
    },
  };
}
