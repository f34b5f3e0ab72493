/* Rank the pages of a search by their titles, headings, keywords and words (BM25); the index is sections.js.
   The search page and the display of its results are Sphinx's. */
"use strict";

(() => {
  const { pages, spellings, stop, later } = SECTIONS;
  const stopWords = new Set(stop.split(" "));
  const stemmer = new Stemmer();
  const stems = (text) => {
    text = text.toLowerCase();
    for (const [pattern, term] of spellings) text = text.replace(new RegExp(pattern, "g"), term);
    const words = (text.match(/[\p{L}\p{N}_]+/gu) || []).filter((word) => !stopWords.has(word));
    return [...new Set(words.map((word) => stemmer.stemWord(word)))];
  };
  const has = (object, key) => Object.prototype.hasOwnProperty.call(object, key);

  /* All words of a page, and in how many pages each word is. */
  const frequency = new Map();
  for (const page of pages) {
    const words = new Set(page[1].flat());
    for (const [, , heading, counts] of page[2]) [...heading.split(" "), ...Object.keys(counts)].forEach((w) => words.add(w));
    words.forEach((word) => frequency.set(word, (frequency.get(word) || 0) + 1));
  }
  const rarity = (word) => {
    const count = frequency.get(word) || 0;
    return Math.log(1 + (pages.length - count + 0.5) / (count + 0.5));
  };
  /* A word that is on no page stands for those that begin with it, such as one that is still being typed. */
  const known = (word) => {
    if (frequency.has(word) || word.length < 3) return [word];
    const longer = [...frequency.keys()].filter((each) => each.startsWith(word));
    return longer.length ? longer.slice(0, 20) : [word];
  };

  const rank = (query) => {
    const terms = stems(query).map(known);
    const weights = terms.map((words) => Math.max(...words.map(rarity)));
    const total = terms.reduce((sum, words, i) => sum + (words.some((w) => frequency.has(w)) ? weights[i] : 0), 0);
    const flat = new Set(terms.flat());
    const found = [];
    for (const [docname, phrases, sections] of pages) {
      const title = new Set(sections[0][2].split(" "));
      const keywords = new Set(phrases.flat());
      const everywhere = terms.map((words) =>
        sections.reduce((sum, [, , , counts]) => sum + words.reduce((n, w) => n + (has(counts, w) ? counts[w] : 0), 0), 0),
      );
      let score = 0;
      let matched = 0;
      const part = (i, words, section) => {
        const heading = new Set(section[2].split(" "));
        const count = words.reduce((sum, w) => sum + (has(section[3], w) ? section[3][w] : 0), 0);
        return weights[i] * ((words.some((w) => heading.has(w)) ? 2.5 : 0) + (1.5 * count) / (count + 2));
      };
      terms.forEach((words, i) => {
        const inTitle = words.some((w) => title.has(w));
        const inKeywords = words.some((w) => keywords.has(w));
        const inText = everywhere[i] > 0 || sections.some((s) => words.some((w) => s[2].split(" ").includes(w)));
        if (inTitle || inKeywords || inText) matched += weights[i];
        score += weights[i] * ((inTitle ? 3 : 0) + (inKeywords ? 1.5 : 0) + everywhere[i] / (everywhere[i] + 4));
      });
      if (!matched) continue;
      let best = sections[0];
      let most = 0;
      for (const section of sections) {
        const sum = terms.reduce((all, words, i) => all + part(i, words, section), 0);
        if (sum > most) [most, best] = [sum, section];
      }
      /* A phrase of the keywords whose words are all in the query. */
      let phrase = 0;
      for (const each of phrases)
        if (each.length && each.every((w) => flat.has(w))) {
          const covered = each.reduce((sum, w) => sum + rarity(w), 0);
          phrase = Math.max(phrase, 5 * covered);
        }
      score = (score + most + phrase) * (matched / (total || 1)) ** 2;
      const place = Object.keys(later).find((prefix) => docname.startsWith(prefix));
      if (place && !phrase) score *= later[place];
      found.push([score, docname, sections[0][1], best]);
    }
    return found.sort((a, b) => a[0] - b[0]).slice(-30);
  };

  Search._performSearch = (query, searchTerms, excludedTerms, highlightTerms, objectTerms) => {
    const index = Search._index;
    const results = rank(query).map(([score, docname, title, [anchor, heading]]) => [
      docname,
      heading && heading !== title ? `${title} > ${heading}` : title,
      heading && heading !== title ? "#" + anchor : "",
      null,
      Math.round(score),
      index.filenames[index.docnames.indexOf(docname)],
      "text",
    ]);
    /* Names of the API: first if the query looks like one, else last. */
    const names = [];
    const objects = [...objectTerms].filter((term) => term.length > 2);
    if (objects.length && objects.length < 4)
      objects.forEach((term) => names.push(...Search.performObjectSearch(term, objectTerms)));
    const old = (name) => name[0].startsWith("directus8");
    names.sort((a, b) => old(b) - old(a) || a[4] - b[4]);
    const isName = /[_(]|\w\.\w/.test(query.trim());
    return isName ? [...results, ...names.slice(-20)] : [...names.slice(-20), ...results];
  };
})();
