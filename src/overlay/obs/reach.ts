// Whether OBS can come to this server by the name that it goes by. Pure.
const local = (host: string): boolean => /^(localhost|127(\.\d+){3}|\[::1\])$/.test(host);

/** OBS is on another machine, and this server only calls itself by a name that every machine has for itself. */
export const outOfReach = (address: string, publicUrl: string): boolean =>
  URL.canParse(address) && !local(new URL(address).hostname) && local(new URL(publicUrl).hostname);
