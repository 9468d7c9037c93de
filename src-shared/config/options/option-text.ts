/** What the window and the command line say of an option. */
export interface OptionText {
  readonly label: string;
  readonly explanation: string;
  /**
   * The paper's value, in searches v1 to v3 (or of options that cells alone have, in the search on Penn Treebank) unless it says otherwise; null where the paper gives none.
   */
  readonly paper: string | null;
}

export const optionText = (label: string, explanation: string, paper: string | null = null): OptionText => ({
  label,
  explanation,
  paper,
});
