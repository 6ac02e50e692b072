/** The generated parts of a page: each is between `<!-- generated: NAME -->` and `<!-- end -->`. */

export type Sections = Readonly<Record<string, () => string>>;

const section = /<!-- generated: ([\w-]+) -->\n[^]*?<!-- end -->/g;

/** The page with each of its marked parts regenerated. Throws if a marker names no section. */
export const withSections = (page: string, sections: Sections): string =>
  page.replaceAll(section, (_found, name: string) => {
    const make = sections[name];
    if (make === undefined) throw new Error(`no section is called ${name}`);
    return `<!-- generated: ${name} -->\n\n${make()}\n\n<!-- end -->`;
  });
