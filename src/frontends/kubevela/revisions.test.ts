import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ControllerRevision } from '../../kubernetes/generated/apps-v1.js';
import { workloadOfRevision } from './render.js';
import { applicationRevision, componentRevision } from './revisions.js';
import { changed, componentOf, created, exampleApplication, oneComponent } from './testing/applications.js';

const first = exampleApplication('first-deploy');
const second = exampleApplication('rollout-v2');
const revisionOf = (app: typeof first, existing: readonly ControllerRevision[], name = 'reviews') => componentRevision(app, componentOf(app, name), existing);
const withImage = (image: string) => oneComponent({ properties: { image } });

describe('componentRevision', () => {
  it('[S2-17] names revisions by component, the next one by the next number', () => {
    const v1 = revisionOf(first, []);
    expect(v1).toMatchObject({ name: 'reviews-v1', isNew: true });
    expect(revisionOf(second, [v1.object])).toMatchObject({ name: 'reviews-v2', isNew: true });
    expect(['productpage', 'ratings', 'details'].map((name) => revisionOf(first, [v1.object], name).name)).toEqual(['productpage-v1', 'ratings-v1', 'details-v1']);
  });

  it('is the same again for equal Pods, also after others and whatever the traits say', () => {
    const v1 = revisionOf(first, []).object;
    const v2 = revisionOf(second, [v1]).object;
    const again = changed(first, (copy) => void componentOf(copy, 'reviews').traits?.splice(0, 1));
    expect(revisionOf(again, [v2, v1])).toEqual({ name: 'reviews-v1', hash: v1.metadata.labels?.['app.oam.dev/component-revision-hash'], isNew: false, object: v1 });
    expect(revisionOf(exampleApplication('rollback'), [v1, v2])).toMatchObject({ name: 'reviews-v2', isNew: false });
  });

  it('is another one for other Pods, and never takes a name that is there', () => {
    fc.assert(fc.property(fc.array(fc.constantFrom('a', 'b', 'c', 'd'), { minLength: 1, maxLength: 12 }), (images) => {
      const records: ControllerRevision[] = [];
      const names = images.map((image) => {
        const app = withImage(image);
        const found = componentRevision(app, componentOf(app, 'web'), records);
        expect(found.isNew).toBe(!records.includes(found.object));
        if (found.isNew) records.push(found.object);
        return found.name;
      });
      expect(new Set(records.map(({ metadata }) => metadata.name)).size).toBe(records.length);
      for (const [index, image] of images.entries()) expect(names[index]).toBe(names[images.indexOf(image)]);
    }));
  });

  it('passes over records of others, and over those that cannot be read', () => {
    const v1 = revisionOf(first, []).object;
    const other = { ...v1, metadata: { ...v1.metadata, name: 'ratings-v9', labels: { 'controller.oam.dev/component': 'ratings' } }, revision: 9 };
    const broken = { ...v1, metadata: { ...v1.metadata, name: 'reviews-v4' }, data: { spec: { workload: 'gone' } }, revision: 4 };
    expect(revisionOf(first, [other])).toMatchObject({ name: 'reviews-v1', isNew: true });
    expect(revisionOf(first, [broken])).toMatchObject({ name: 'reviews-v5', isNew: true });
  });

  it('reads no record that holds nonsense, whatever it is', () => {
    const record = revisionOf(first, []).object;
    fc.assert(fc.property(fc.jsonValue(), fc.constantFrom('template', 'containers', 'volumes', 'probe', 'labels'), (nonsense, where) => {
      const container = { name: 'reviews', image: 'a', ...(where === 'probe' ? { readinessProbe: nonsense } : {}) };
      const template = { metadata: { labels: where === 'labels' ? nonsense : {} }, spec: { containers: where === 'containers' ? nonsense : [container], ...(where === 'volumes' ? { volumes: nonsense } : {}) } };
      const data = { spec: { workload: { spec: { template: where === 'template' ? nonsense : template } } } };
      expect(revisionOf(first, [{ ...record, data }])).toMatchObject({ name: 'reviews-v2', isNew: true });
    }), { numRuns: 200 });
  });

  it('knows records that another controller wrote, whose selector and labels are otherwise', () => {
    const record = revisionOf(first, []).object;
    const template = { metadata: { labels: { 'app.oam.dev/component': 'reviews' } }, spec: workloadOfRevision(first, componentOf(first, 'reviews'), record).spec?.template.spec };
    const written = { ...record, data: { spec: { workload: { spec: { selector: { matchLabels: { 'app.oam.dev/component': 'reviews' } }, template } } } } };
    expect(revisionOf(first, [written])).toMatchObject({ name: 'reviews-v1', isNew: false });
  });

  it('holds the component as the record of it, owned by the Application', () => {
    const { object } = revisionOf(created(first), []);
    expect(object).toMatchObject({
      apiVersion: 'apps/v1', kind: 'ControllerRevision', revision: 1,
      metadata: { name: 'reviews-v1', namespace: 'default', labels: { 'controller.oam.dev/component': 'reviews', 'app.oam.dev/name': 'book-info' }, ownerReferences: [{ kind: 'Application', name: 'book-info', uid: '3f1c', controller: true }] },
      data: { apiVersion: 'core.oam.dev/v1alpha2', kind: 'Component', metadata: { name: 'reviews' }, spec: { workload: { kind: 'Deployment' } } },
    });
  });
});

describe('workloadOfRevision', () => {
  it('makes the Deployment of a revision again, word for word but for labels', () => {
    const v1 = revisionOf(first, []);
    const again = workloadOfRevision(second, componentOf(second, 'reviews'), v1.object);
    expect(again.metadata.name).toBe('reviews-v1');
    expect(again.spec?.template.spec?.containers[0]?.image).toBe('docker.io/istio/examples-bookinfo-reviews-v2:1.16.2');
    expect(again.spec?.selector.matchLabels).toEqual({ 'app.oam.dev/component': 'reviews', 'app.oam.dev/revision': 'reviews-v1' });
    expect(again.spec).not.toHaveProperty('replicas');
  });

  it('fails for a record that holds another thing', () => {
    const { object } = revisionOf(first, []);
    expect(() => workloadOfRevision(first, componentOf(first, 'reviews'), { ...object, data: {} })).toThrow('ControllerRevision reviews-v1 holds no Pod template');
  });
});

describe('applicationRevision', () => {
  it('counts specs, and finds an equal one again', () => {
    const one = applicationRevision(first, []);
    expect(one).toMatchObject({ name: 'book-info-v1', revision: 1, isNew: true, object: { kind: 'ApplicationRevision', metadata: { labels: { 'app.oam.dev/name': 'book-info', 'app.oam.dev/app-revision-hash': one.hash } } } });
    const two = applicationRevision(second, [one.object]);
    expect(two).toMatchObject({ name: 'book-info-v2', isNew: true });
    expect(applicationRevision(first, [two.object, one.object])).toMatchObject({ name: 'book-info-v1', hash: one.hash, isNew: false });
    const workflowOnly = changed(second, (copy) => void copy.spec.workflow?.steps?.splice(1, 1));
    expect(applicationRevision(workflowOnly, [one.object, two.object]).name).toBe('book-info-v3');
  });

  it('tells runs apart that the user tells apart', () => {
    const one = applicationRevision(first, []);
    const named = changed(first, (copy) => void (copy.metadata.annotations = { 'app.oam.dev/publishVersion': 'spring' }));
    const two = applicationRevision(named, [one.object]);
    expect(two).toMatchObject({ name: 'book-info-v2', isNew: true });
    expect(two.hash).not.toBe(one.hash);
    expect(applicationRevision(named, [one.object, two.object])).toMatchObject({ name: 'book-info-v2', isNew: false });
  });

  it('passes over revisions of Applications with a similar name', () => {
    const other = changed(first, (copy) => void (copy.metadata.name = 'book-info-v1'));
    expect(applicationRevision(first, [applicationRevision(other, []).object])).toMatchObject({ name: 'book-info-v1', isNew: true });
  });
});

