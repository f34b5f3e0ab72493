/* Rank the pages of a search by their titles, headings, key phrases and words (BM25); the index is sections.js.
   The search page and the display of its results are Sphinx's. */
"use strict";

(() => {
  const { pages, spellings, synonyms, stop, later, base } = SECTIONS;
  const stopWords = new Set(stop.split(" "));
  const stemmer = new Stemmer();
  const has = (object, key) => Object.prototype.hasOwnProperty.call(object, key);
  const split = (text) => text.match(/[\p{L}\p{N}_]+/gu) || [];
  const patterns = spellings.map(([pattern, term]) => [new RegExp(pattern, "g"), term]);
  const spelled = (text) => patterns.reduce((result, [pattern, term]) => result.replace(pattern, term), text.toLowerCase());
  const words = (text) => split(spelled(text)).filter((word) => !stopWords.has(word));
  const stems = (text) => [...new Set(words(text).map((word) => stemmer.stemWord(word)))];
  const asWords = (text) => stems(text.replace(/_/g, " ")).join(" ");
  /* A text as one line of words, to find one text in another. */
  const line = (text) => ` ${split(text.toLowerCase().replace(/[’']/g, "").replace(/_/g, " ")).join(" ")} `;

  /* What the ranking needs of each page, in how many pages each word is, and the whole words of headings and phrases. */
  const frequency = new Map();
  const forms = new Map();
  const sum = (values) => values.reduce((total, value) => total + value, 0);
  const index = pages.map(([docname, phrases, sections]) => {
    const entries = sections.map(([anchor, heading, headingStems, counts]) => {
      const title = new Set(headingStems.split(" "));
      return { anchor, heading, line: line(heading), title, counts: new Map(Object.entries(counts)), size: sum(Object.values(counts)) };
    });
    const keys = phrases.map(stems).filter((phrase) => phrase.length);
    const all = new Set([...keys.flat(), ...entries.flatMap((each) => [...each.title, ...each.counts.keys()])]);
    all.forEach((word) => frequency.set(word, (frequency.get(word) || 0) + 1));
    [...phrases, ...sections.map((each) => each[1])].flatMap(words).forEach((w) => forms.set(w, stemmer.stemWord(w)));
    const size = sum(entries.map((each) => each.size));
    const whole = new Set(phrases.map(asWords));
    return { docname, keys, whole, keywords: new Set(keys.flat()), sections: entries, title: entries[0].title, size };
  });
  const average = sum(index.map((page) => page.size)) / index.length;
  /* What a word says about a page: the fewer pages have it the more, and more if a heading or a key phrase has it. */
  const factor = (docname) => later[Object.keys(later).find((prefix) => docname.startsWith(prefix))] || 1;
  const guides = index.filter((page) => factor(page.docname) === 1);
  const topics = new Set(guides.flatMap((page) => [...page.keywords, ...page.sections.flatMap((each) => [...each.title])]));
  const rarity = (word) => {
    const count = frequency.get(word) || 0;
    return (topics.has(word) ? 1 : 0.5) * Math.log(1 + (pages.length - count + 0.5) / (count + 0.5));
  };

  /* How many letters differ (one letter too many, too few, another, or two swapped); `most` + 1 if there are more. */
  const distance = (a, b, most) => {
    if (Math.abs(a.length - b.length) > most) return most + 1;
    let [before, row] = [[], [...Array(b.length + 1).keys()]];
    for (let i = 1; i <= a.length; i++) {
      const next = [i];
      for (let j = 1; j <= b.length; j++) {
        next[j] = Math.min(row[j] + 1, next[j - 1] + 1, row[j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1));
        if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) next[j] = Math.min(next[j], before[j - 2] + 1);
      }
      [before, row] = [row, next];
    }
    return row[b.length];
  };
  /* The words nearest to a misspelt one: those with the fewest different letters. */
  const similar = (word) => {
    const most = word.length < 4 ? 0 : word.length < 8 ? 1 : 2;
    let [nearest, matches] = [most, []];
    const compare = (spelling, candidate, stem) => {
      if (spelling[0] !== candidate[0]) return;
      const letters = distance(spelling, candidate, nearest);
      if (letters < nearest) [nearest, matches] = [letters, []];
      if (letters === nearest && letters) matches.push(stem);
    };
    forms.forEach((stem, candidate) => compare(word, candidate, stem));
    const short = stemmer.stemWord(word);
    if (!matches.length && most) frequency.forEach((_, stem) => compare(short, stem, stem));
    return new Set(matches);
  };
  /* The stems that a word of a query stands for: itself and its synonyms; or, if it is on no page, those that begin with
     it (it may still be typed), those that differ in a letter or two, or the two words that it consists of. */
  const meanings = (word, isPart) => {
    const stem = stemmer.stemWord(word);
    const matches = new Map();
    for (const each of has(synonyms, stem) && !isPart ? stems(synonyms[stem]) : []) matches.set(each, 0.6);
    if (frequency.has(stem)) return matches.set(stem, 1);
    if (matches.size || word.length < 3) return matches;
    for (const each of frequency.keys()) if (each.startsWith(stem) && matches.size < 20) matches.set(each, 1);
    forms.forEach((each, candidate) => candidate.startsWith(word) && matches.set(each, 1));
    if (!matches.size) similar(word).forEach((each) => matches.set(each, 0.8));
    for (let i = 3; i < word.length - 2 && !matches.size; i++) {
      const halves = [word.slice(0, i), word.slice(i)].map((half) => stemmer.stemWord(half));
      if (halves.every((half) => frequency.has(half))) halves.forEach((half) => matches.set(half, 0.6));
    }
    return matches;
  };
  /* The terms of a query. Extra ones raise the pages that have them: words that are one name on a page ("update batch"),
     and the parts of a name. */
  const termsOf = (query) => {
    const terms = new Map();
    const add = (word, share) => {
      const matches = meanings(word, share === 0.5);
      const weight = share * Math.max(0, ...[...matches].map(([stem, part]) => part * rarity(stem)));
      if (weight && !terms.has(word)) terms.set(word, { matches, weight, extra: share < 1, parts: [] });
    };
    const tokens = split(spelled(query));
    for (const word of tokens.filter((each) => !stopWords.has(each))) {
      const parts = word.split("_").filter((part) => part && !stopWords.has(part));
      const isName = parts.length > 1 || word.includes("_");
      if (!isName || frequency.has(stemmer.stemWord(word))) add(word, 1);
      if (!isName) continue;
      const name = terms.get(word);
      parts.forEach((part) => add(part, name ? 0.5 : 1));
      if (name) name.parts = parts.map((part) => terms.get(part));
    }
    for (const length of [2, 3])
      for (let i = 0; i + length <= tokens.length; i++)
        for (const glue of ["_", ""]) {
          const joined = stemmer.stemWord(tokens.slice(i, i + length).join(glue));
          if (frequency.has(joined)) add(joined, 0.7);
        }
    return [...terms.values()];
  };

  const rank = (query) => {
    const terms = termsOf(query);
    const total = sum(terms.filter((term) => !term.extra).map((term) => term.weight));
    const flat = new Map();
    terms.forEach(({ matches }) => matches.forEach((part, stem) => flat.set(stem, Math.max(part, flat.get(stem) || 0))));
    const queryLine = line(query);
    const wanted = asWords(query);
    const isJavaScript = /^[a-z]+[A-Z]\w*(?:\(\))?$/.test(query.trim());
    const matches = [];
    for (const page of index) {
      const share = (term, set) => {
        let most = 0;
        for (const [stem, part] of term.matches) if (part > most && set.has(stem)) most = part;
        return most;
      };
      const count = (term, section) => {
        let times = 0;
        for (const [stem, part] of term.matches) times += part * (section.counts.get(stem) || 0);
        return times;
      };
      const length = 3 + page.size / average;
      let exact = page.whole.has(wanted);
      let [score, matched] = [0, 0];
      const match = (term) => {
        const [title, keyword] = [share(term, page.title), share(term, page.keywords)];
        const times = sum(page.sections.map((section) => count(term, section)));
        const heading = Math.max(...page.sections.map((section) => share(term, section.title)));
        const parts = term.parts.length ? Math.min(...term.parts.map((part) => (part ? match(part)[1] : 0))) : 0;
        return [3 * title + 1.5 * keyword + times / (times + length), Math.max(title, keyword, heading, times ? 1 : 0, parts)];
      };
      for (const term of terms) {
        const [points, part] = match(term);
        score += term.weight * points;
        if (!term.extra) matched += term.weight * part;
      }
      if (!score) continue;
      /* The best section, and a heading that is in the query, or has the query in it, word for word. */
      let [best, most, phrase] = [page.sections[0], 0, 0];
      for (const section of page.sections) {
        let points = sum(
          terms.map((term) => {
            const times = count(term, section);
            return term.weight * (2.5 * share(term, section.title) + (1.5 * times) / (times + 2));
          }),
        );
        const twoWords = Math.min(queryLine.split(" ").length, section.line.split(" ").length) > 3;
        if (twoWords && (queryLine.includes(section.line) || section.line.includes(queryLine))) {
          points += 3 * sum([...section.title].filter((word) => flat.has(word)).map(rarity));
          exact ||= section.line === queryLine;
        }
        if (points > most) [most, best] = [points, section];
      }
      /* The key phrases whose words are all in the query. */
      const covered = new Set(page.keys.filter((each) => each.every((word) => flat.has(word))).flat());
      phrase = (exact ? 8 : 5) * sum([...covered].map((word) => flat.get(word) * rarity(word)));
      score = (score + most + phrase) * (total ? matched / total : 1);
      if (isJavaScript && page.docname.startsWith("javascript")) score *= 3;
      else if (!phrase) score *= factor(page.docname);
      matches.push({ score, page, best, exact });
    }
    return matches.sort((a, b) => a.score - b.score).slice(-30);
  };

  /* The names of the API: {"read_many": [{name, docname, anchor, description}, ...]}. */
  let named = null;
  const names = () => {
    if (named) return named;
    const { objects, objnames, docnames } = Search._index;
    const matches = new Map();
    for (const [prefix, entries] of Object.entries(objects))
      for (const [page, kind, , anchor, last] of entries) {
        const name = prefix ? `${prefix}.${last}` : last;
        const key = name.split(".").pop();
        const id = anchor === "" ? name : anchor === "-" ? `${objnames[kind][1]}-${name}` : anchor;
        matches.set(key, [...(matches.get(key) || []), { name, docname: docnames[page], anchor: id, kind: objnames[kind][2] }]);
      }
    return (named = matches);
  };
  const plain = (name) => name.toLowerCase().replace(/_/g, "");
  const KIND = /\s+(?:class|method|function|exception|object)$/i;
  /* The name in a query, and whether the query is nothing else: `read_many`, `Page.to_frame`, `restore(`, "Page class",
     RECORD_NOT_UNIQUE, "record not unique". A word such as `timeout` is first of all a word. */
  const nameIn = (query, all) => {
    const text = query.trim();
    const short = text.replace(KIND, "").replace(/\([^]*$/, "");
    const isClass = (word, page = "") =>
      [...all].some(([key, entries]) => /[a-z][A-Z]/.test(key) && plain(key) === plain(word) && entries[0].docname.startsWith(page));
    const isCode = short !== text || /\w\.[a-z_]\w/i.test(text);
    if (/^[\w.]+$/.test(short)) return { path: short, alone: isCode || /_|[a-z][A-Z]/.test(short) || isClass(short) };
    const together = text.replace(/ /g, "");
    if (/^[a-z ]+$/i.test(text) && isClass(together, "reference/errors")) return { path: together, alone: true };
    const matches = short.match(/[A-Za-z_][\w.]*/g) || [];
    return { path: (isCode ? matches : matches.filter((word) => /[a-z]_[a-z]|[a-z][A-Z]/.test(word))).pop() || "", alone: false };
  };
  const namesFor = (path, all) => {
    const name = path.split(".").pop();
    const isMethod = /_/.test(name) && name !== name.toUpperCase();
    const same = (each) => plain(each) === plain(name) && !(isMethod && each !== each.toLowerCase());
    const entries = name ? [...all.keys()].filter(same).flatMap((each) => all.get(each)) : [];
    const stem = stemmer.stemWord(name.toLowerCase());
    const uses = (entry) => {
      const page = index.find((each) => each.docname === entry.docname);
      return sum((page ? page.sections : []).map((section) => section.counts.get(stem) || 0));
    };
    const old = (entry) => entry.docname.startsWith("directus8");
    const whole = (entry) => path !== name && `.${entry.name}`.toLowerCase().endsWith(`.${path.toLowerCase()}`);
    const first = (entry) =>
      (whole(entry) ? 8 : 0) + (entry.name.endsWith(`.${name}`) ? 4 : 0) + (entry.docname === base ? 2 : 0) + !/data/.test(entry.kind);
    return entries.sort((a, b) => old(b) - old(a) || first(a) - first(b) || uses(a) - uses(b));
  };

  Search._performSearch = (query) => {
    const { docnames, filenames } = Search._index;
    const filename = (docname) => filenames[docnames.indexOf(docname)];
    const titles = new Map(index.map((page) => [page.docname, page.sections[0].heading]));
    const ranked = rank(query);
    const results = ranked.map(({ score, page, best }) => {
      const title = page.sections[0].heading;
      const inside = best.heading && best.heading !== title;
      const label = inside ? `${title} > ${best.heading}` : title;
      return [page.docname, label, inside ? "#" + best.anchor : "", null, Math.round(score), filename(page.docname), "text"];
    });
    const all = names();
    const { path, alone } = nameIn(query, all);
    const objects = namesFor(path, all).map(({ name, docname, anchor, kind }) => {
      const description = `${kind}, in ${titles.get(docname) || docname}`;
      const short = name.replace(/^directus_sdk\.(?:[a-z_\d]+\.)*(?=[A-Z])/, "");
      return [docname, short, "#" + anchor, description, 0, filename(docname), "object"];
    });
    /* A name comes first if the query is nothing else, and no page is about it; many classes may have it, so the pages
       come after three of them. The last entry is shown first. */
    const about = ranked.length && ranked[ranked.length - 1].exact && !query.includes("(");
    return alone && !about ? [...objects.slice(0, -3), ...results, ...objects.slice(-3)] : [...objects, ...results];
  };

  /* The arrow keys go from the search box to the results, and from one result to the next. */
  document.addEventListener("keydown", (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const links = [...document.querySelectorAll("ul.search > li > a")];
    const place = links.indexOf(document.activeElement);
    if (!step || !links.length || (place < 0 && document.activeElement.name !== "q")) return;
    event.preventDefault();
    (links[place + step] || (step < 0 ? document.querySelector("input[name=q]") : links[links.length - 1])).focus();
  });
})();
