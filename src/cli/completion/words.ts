/** The words of a line as a shell reads them, as far as it has been typed. The last one is that at the cursor. */
export function wordsOf(line: string): readonly string[] {
  const words: string[] = [];
  let word = '';
  let quote = '';
  for (let at = 0; at < line.length; at++) {
    const letter = line.charAt(at);
    if (letter === '\\' && quote !== "'") word += line.charAt(++at);
    else if (quote !== '' && letter === quote) quote = '';
    else if (quote === '' && (letter === '"' || letter === "'")) quote = letter;
    else if (quote === '' && /\s/.test(letter)) {
      // Blanks between words are one gap, however many.
      if (word !== '' || words.length > 0) words.push(word);
      word = '';
      while (/\s/.test(line.charAt(at + 1))) at++;
    } else word += letter;
  }
  return [...words, word];
}
