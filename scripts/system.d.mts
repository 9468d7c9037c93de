/** Something that a command needs of the system. */
export interface Need {
  readonly name: string;
  /** Package names, each with its alternatives. */
  readonly apt: readonly (readonly string[])[];
  readonly dnf: string;
  readonly macos: string | null;
  readonly isPresent: (system: System) => boolean;
}
export interface System {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly hasProgram: (name: string) => boolean;
  readonly hasPip: () => boolean;
  readonly hasLibrary: (name: string) => boolean;
}
export function needsOf(
  command: string,
  machine: { readonly platform: string; readonly hasDisplay: boolean; readonly hasEngine: boolean },
): Need[];
export function aptPackages(missing: readonly Need[], known: ReadonlySet<string>): string[];
export function installLine(
  missing: readonly Need[],
  system: { readonly manager: string | null; readonly known?: ReadonlySet<string> },
): string | null;
export function librariesIn(listing: string, architecture: string): Set<string>;
export function unresolvedIn(listing: string): Need[];
