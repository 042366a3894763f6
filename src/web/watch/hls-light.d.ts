// The light build of hls.js (no subtitles, no DRM) has the full build's types.
declare module 'hls.js/light' {
  export * from 'hls.js';
  export { default } from 'hls.js';
}
