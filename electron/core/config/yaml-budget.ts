/**
 * What reading one config may cost. Each limit is far above any config that somebody wrote, and low enough that reading up to
 * it takes a fraction of a second and some ten megabytes. One budget for a file and what its variables hold.
 */
import { CST } from 'yaml';

/** Of the tree; merges and aliases count as what they stand for. */
const maxTreeDepth = 32;
/** Words, marks, spaces and line ends. 1,000 services with 30 keys each have 200,000. */
const maxLexemes = 350_000;
const maxAliases = 2_000;
const maxAnchors = 2_000;
const maxTags = 1_000;
/** `[` and `{`: each is a tree of its own to the library. */
const maxBrackets = 20_000;
/** Of all keys and texts, wherever an alias or a variable repeats them. */
const maxTreeCharacters = 4 * 1024 * 1024;
/** How often aliases are put in, those within aliases included. */
const maxAliasUses = 10_000;
const maxTreeValues = 100_000;

/** The file asks for more than it may. */
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
    // The lexer's own mark in front of each plain word.
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

  /** Of a key or a text. `source`: what repeats them. */
  spendCharacters(count: number, source: 'aliases' | 'variables' = 'aliases'): void {
    this.#characters += count;
    if (this.#characters > maxTreeCharacters)
      throw new LimitError(`the file's ${source} unfold to more than ${maxTreeCharacters} characters`);
  }
}

const tooMany = (limit: number, what: string): LimitError =>
  new LimitError(`the file has more than ${limit} ${what}`);
