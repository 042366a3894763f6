// What a stand-in OBS holds: scenes, sources, the stream service and the profile, changed only by requests and by its user.
export interface Input {
  kind: string;
  settings: Record<string, unknown>;
}
export interface Item {
  id: number;
  source: string;
  enabled: boolean;
  transform: Record<string, unknown>;
}

export type ObsWorld = ReturnType<typeof createWorld>;

/** As OBS stands after its first start, with a host's own scenes in it. */
export function createWorld() {
  return {
    obsVersion: '30.2.3',
    kinds: ['image_source', 'color_source_v3', 'v4l2_input', 'browser_source', 'ffmpeg_source', 'text_ft2_source_v2'],
    collection: 'Untitled',
    canvas: { baseWidth: 1920, baseHeight: 1080, fpsNumerator: 30, fpsDenominator: 1 },
    scene: 'Live',
    scenes: new Map<string, Item[]>([
      ['Live', []],
      ['Party', []],
    ]),
    inputs: new Map<string, Input>(),
    service: { type: 'rtmp_common', settings: {} as Record<string, unknown> },
    profile: new Map<string, string>([
      ['Output/Mode', 'Simple'],
      ['SimpleOutput/StreamEncoder', 'x264'],
      ['SimpleOutput/UseAdvanced', 'false'],
    ]),
    streaming: false,
    /** What starting does: works, or ends again by itself. */
    starts: true,
    played: [] as string[],
    nextItem: 1,
  };
}

/** A source that the host has, in a scene of his. */
export function addSource(
  world: ObsWorld,
  scene: string,
  source: string,
  { kind, settings, enabled = true }: Input & { enabled?: boolean },
): void {
  world.inputs.set(source, { kind, settings });
  world.scenes.get(scene)?.push({ id: world.nextItem, source, enabled, transform: {} });
  world.nextItem += 1;
}
