/**
 * Limits on reading one config. Each is far above any real config, and low enough that reading up to it takes a fraction of a
 * second and some ten megabytes. One budget covers a file and the values of its variables.
 */
import { CST } from 'yaml';

/** The depth of the tree; merges and aliases count as the nodes that they refer to. */
const maxTreeDepth = 32;
/** Words, indicators, spaces and line ends. 1,000 services with 30 keys each have 200,000. */
const maxLexemes = 350_000;
const maxAliases = 2_000;
const maxAnchors = 2_000;
const maxTags = 1_000;
/** `[` and `{`: the library builds a separate tree for each. */
const maxBrackets = 20_000;
/** The characters of all keys and texts, including repetitions by aliases and variables. */
const maxTreeCharacters = 4 * 1024 * 1024;
/** How often aliases are expanded, including nested ones. */
const maxAliasUses = 10_000;
const maxTreeValues = 100_000;

/** The file exceeds a limit. */
export class LimitError extends Error {}

export class YamlBudget {
  #lexemes = 0;
  #aliases = 0;
  #aliasUses = 0;
  #anchors = 0;
  #tags = 0;
  #brackets = 0;
  #values = 0;
  #characters = 0;

  /** One step of the lexer. */
  spendLexeme(lexeme: string): void {
    // The lexer's own mark before each plain scalar.
    if (lexeme === CST.SCALAR) return;
    if (++this.#lexemes > maxLexemes) throw new LimitError('the file has too many words: make it smaller');
    const type = CST.tokenType(lexeme);
    if (type === 'alias' && ++this.#aliases > maxAliases) throw tooMany(maxAliases, 'aliases');
    if (type === 'anchor' && ++this.#anchors > maxAnchors) throw tooMany(maxAnchors, 'anchors');
    if ((type === 'flow-seq-start' || type === 'flow-map-start') && ++this.#brackets > maxBrackets)
      throw tooMany(maxBrackets, 'brackets');
    if (type === 'tag' && ++this.#tags > maxTags) throw tooMany(maxTags, 'tags');
  }

  /** One value of the tree. */
  spendValue(depth: number): void {
    if (depth > maxTreeDepth)
      throw new LimitError(`the file is nested more than ${maxTreeDepth} levels deep`);
    if (++this.#values > maxTreeValues)
      throw new LimitError(`the file holds more than ${maxTreeValues} values`);
  }

  spendAliasUse(): void {
    if (++this.#aliasUses > maxAliasUses)
      throw new LimitError(`the file's aliases unfold to more than ${maxAliasUses} values`);
  }

  /** The characters of a key or a text. `source`: the reason for repetitions. */
  spendCharacters(count: number, source: 'aliases' | 'variables' = 'aliases'): void {
    this.#characters += count;
    if (this.#characters > maxTreeCharacters)
      throw new LimitError(`the file's ${source} unfold to more than ${maxTreeCharacters} characters`);
  }
}

const tooMany = (limit: number, what: string): LimitError =>
  new LimitError(`the file has more than ${limit} ${what}`);
