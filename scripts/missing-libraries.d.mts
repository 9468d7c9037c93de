export function missingLibrariesIn(listing: string): string | null;
export function missingLibraries(executable: string): string | null;
