/** Reports what is wrong of the option at a dotted path, as a sentence that begins with 'must'. */
export type Complain = (path: string, message: string) => void;
