import { XMLParser, XMLValidator } from 'fast-xml-parser';
import { expect, test } from 'vitest';
import { xmlAnswer, xmlFault } from '../../src/api/xml-answer.ts';

const named = { operation: 'ListThings', namespace: 'https://x/', requestId: 'id-1' };
const text = (output: object) => xmlAnswer(output, named);
const head = '<ListThingsResponse xmlns="https://x/">';
const tail = '<ResponseMetadata><RequestId>id-1</RequestId></ResponseMetadata></ListThingsResponse>';

test.each<[string, object, string]>([
  ['nothing', {}, ''],
  ['members', { A: 'x', B: true, C: 7, D: undefined }, '<A>x</A><B>true</B><C>7</C>'],
  ['lists', { L: ['a', 'b'], E: [] }, '<L><member>a</member><member>b</member></L><E/>'],
  ['lists of structures', { L: [{ N: 1 }, {}] }, '<L><member><N>1</N></member><member/></L>'],
  ['maps', { M: new Map([['k', 'v']]) }, '<M><entry><key>k</key><value>v</value></entry></M>'],
  ['empty texts', { A: '' }, '<A/>'],
])('an answer has %s as AWS writes them', (_, output, inner) => {
  const result = inner === '' ? '' : `<ListThingsResult>${inner}</ListThingsResult>`;
  expect(Buffer.from(text(output)).toString()).toBe(head + result + tail);
});

test('no text breaks out of its element', () => {
  const nasty = `</A><B>&amp;"'<![CDATA[x]]>&lt;`;
  const xml = Buffer.from(text({ A: nasty })).toString();
  expect(XMLValidator.validate(xml)).toBe(true);
  expect(new XMLParser().parse(xml).ListThingsResponse.ListThingsResult).toEqual({ A: nasty });
});

test('a fault tells its code, its sentence and whose it is', () => {
  const xml = xmlFault({
    code: 'C',
    message: 'a < b',
    type: 'Sender',
    namespace: 'https://x/',
    requestId: 'i',
  });
  expect(Buffer.from(xml).toString()).toBe(
    '<ErrorResponse xmlns="https://x/"><Error><Type>Sender</Type><Code>C</Code><Message>a &lt; b</Message></Error>' +
      '<RequestId>i</RequestId></ErrorResponse>',
  );
});
