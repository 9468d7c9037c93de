/** Scheme and host of the window's own pages. */
export const pageScheme = 'app';
export const pageOrigin = `${pageScheme}://studio`;

/** Whether an address is one of the window's own pages. */
export function isOwnPage(address: string): boolean {
  try {
    const { protocol, host } = new URL(address);
    return protocol === `${pageScheme}:` && host === 'studio';
  } catch {
    return false;
  }
}

/** How to handle a link: navigate, open it in the system's browser, or ignore it. */
export function navigationPolicy(address: string): 'here' | 'browser' | 'refuse' {
  if (isOwnPage(address)) return 'here';
  try {
    return new URL(address).protocol === 'https:' ? 'browser' : 'refuse';
  } catch {
    return 'refuse';
  }
}

/** The window may write to the clipboard (errors can be copied) and nothing else: no camera, no notifications, no devices. */
export function permissionPolicy(permission: string, address: string): boolean {
  return permission === 'clipboard-sanitized-write' && isOwnPage(address);
}
