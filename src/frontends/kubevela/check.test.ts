import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ControllerRevision } from '../../kubernetes/generated/apps-v1.js';
import { formatPath } from '../../model/policy-problem.js';
import type { Application, Component, Workflow, WorkflowStep } from './application.js';
import { checkApplication } from './check.js';
import { renderComponent } from './render.js';
import { componentRevision } from './revisions.js';
import { changed, componentOf, exampleApplication, oneComponent } from './testing/applications.js';

const first = exampleApplication('first-deploy');
const second = exampleApplication('rollout-v2');
const v1 = componentRevision(first, componentOf(first, 'reviews'), []).object;
const told = (app: Application, revisions?: readonly ControllerRevision[]): string[] => checkApplication(app, { revisions }).map(({ path, problem, remedy }) => `${formatPath(path)}: ${problem} ${remedy}`.trim());

describe('Applications that run', () => {
  it('[S2-12] [S2-14] are those of the example, with what is on the cluster at each time', () => {
    expect(told(first, [])).toEqual([]);
    expect(told(second, [v1])).toEqual([]);
    expect(told(exampleApplication('rollback'), [v1, componentRevision(second, componentOf(second, 'reviews'), [v1]).object])).toEqual([]);
  });

  it('are those of the example without any cluster, too', () => {
    for (const app of [first, second, exampleApplication('rollback')]) expect(told(app)).toEqual([]);
  });

  it('[S2-09] may have an expose trait beside canary-traffic, and one port without a list', () => {
    const app = changed(second, (copy) => {
      componentOf(copy, 'reviews').traits = [
        { type: 'expose', properties: { port: [9080] } },
        { type: 'rollout', properties: { targetSize: 2, rolloutBatches: [{ replicas: 1 }, { replicas: 1 }] } },
        { type: 'canary-traffic', properties: { port: 9080 } },
      ];
    });
    expect(told(app, [v1])).toEqual([]);
  });
});

const web = (component: Partial<Component>): string[] => told(oneComponent(component));
const properties = (more: Record<string, unknown>): string[] => web({ properties: { image: 'a', port: 8080, ...more } });
const trait = (type: string, of: Record<string, unknown>, ...others: Component['traits'] & object): string[] => web({ traits: [{ type, properties: of }, ...others] });

describe('components', () => {
  it.each<[string, () => string[], string]>([
    ['type', () => web({ type: 'worker' }), 'spec.components[0].type: there is no component of the type "worker" here. There is webservice.'],
    ['slip', () => web({ type: 'webservce' }), 'spec.components[0].type: there is no component of the type "webservce" here. Did you mean webservice?'],
    ['name', () => web({ name: 'Web' }), 'spec.components[0].name: "Web" is no name for a component. Use small letters, digits and dashes, with a letter or digit at both ends.'],
    ['long name', () => web({ name: 'w'.repeat(58) }), `spec.components[0].name: "${'w'.repeat(58)}" has 58 characters. Use at most 57, since revisions are named after it.`],
    ['name of a Service', () => web({ name: '1web', traits: [{ type: 'expose', properties: { port: [1] } }] }), 'spec.components[0].name: "1web" is no name for a Service. Let it begin with a letter.'],
    ['outputs', () => web({ outputs: [{ name: 'a', valueFrom: 'b' }] }), 'spec.components[0].outputs: components do not give values to others here. Leave it out.'],
    ['dependsOn', () => web({ dependsOn: ['db'] }), 'spec.components[0].dependsOn[0]: there is no component "db". There are web.'],
    ['circle', () => web({ dependsOn: ['web'] }), 'spec.components[0].dependsOn[0]: web and web wait for each other. Remove one of the ways.'],
    ['unknown property', () => properties({ imagePullPolice: 'Always' }), 'spec.components[0].properties.imagePullPolice: there is no property "imagePullPolice". Did you mean imagePullPolicy?'],
    ['missing property', () => web({ properties: {} }), 'spec.components[0].properties.image: is missing. The image that runs.'],
    ['port', () => properties({ port: 'http' }), 'spec.components[0].properties.port: must be an integer, not a string. The port that the program listens on.'],
    ['amount', () => properties({ cpu: 'much' }), 'spec.components[0].properties.cpu: "much" is no amount. Write it as in 0.5 or 500m.'],
    ['own label', () => properties({ labels: { 'app.oam.dev/revision': 'x' } }), 'spec.components[0].properties.labels.app.oam.dev/revision: this label is set for every Pod already. Leave it out.'],
    ['volume type', () => properties({ volumes: [{ name: 'a', mountPath: '/a', type: 'pvc' }] }), 'spec.components[0].properties.volumes[0]: a volume of the type pvc needs claimName. Write claimName.'],
    ['volume field', () => properties({ volumes: [{ name: 'a', mountPath: '/a', type: 'emptyDir', cmName: 'x' }] }), 'spec.components[0].properties.volumes[0].cmName: does not go with the type emptyDir. Leave it out.'],
    ['volumes of one name', () => properties({ volumes: ['', 'Memory'].map((medium) => ({ name: 'a', mountPath: `/${medium}`, type: 'emptyDir', medium })) }), 'spec.components[0].properties.volumes: there is another volume "a" before it. Remove one, or give it another name.'],
    ['port of nodes', () => properties({ ports: [{ port: 80, nodePort: 30080 }] }), 'spec.components[0].properties.ports[0].nodePort: a Service of the type ClusterIP has no nodePort. Write exposeType: NodePort, or leave it out.'],
    ['name of a volume', () => properties({ volumes: [{ name: 'My_Data', mountPath: '/a' }] }), 'spec.components[0].properties.volumes: "My_Data" is no name for a volume. Use small letters, digits and dashes, with a letter or digit at both ends.'],
    ['name of a port', () => properties({ ports: [{ port: 80, name: '80' }] }), 'spec.components[0].properties.ports[0].name: "80" is no name for a port. Use small letters, digits and single dashes between them.'],
    ['name of a variable', () => properties({ env: [{ name: 'A=B', value: 'c' }] }), 'spec.components[0].properties.env[0].name: "A=B" is no name for a variable. Use letters, digits and underscores.'],
    ['variable twice', () => properties({ env: [{ name: 'A', value: 'b' }, { name: 'A' }] }), 'spec.components[0].properties.env[1]: there is another entry "A" before it. Remove one, or give it another name.'],
    ['probe', () => properties({ livenessProbe: { periodSeconds: 1 } }), 'spec.components[0].properties.livenessProbe: does not say how to look. Write exactly one of exec, httpGet and tcpSocket.'],
    ['variable', () => properties({ env: [{ name: 'A', value: 'b', valueFrom: { secretKeyRef: { name: 's', key: 'k' } } }] }), 'spec.components[0].properties.env[0].valueFrom: stands beside value. Write one of them.'],
  ])('%s', (_, problems, expected) => {
    expect(problems()).toContain(expected);
    expect(problems()).toHaveLength(1);
  });

  it('have names of their own, and take none that Serin gives', () => {
    const app = changed(first, ({ spec }) => {
      spec.components.push({ name: 'ratings', type: 'webservice', properties: { image: 'a' } }, { name: 'reviews-v2', type: 'webservice', properties: { image: 'a' } });
    });
    expect(told(app)).toEqual([
      'spec.components[4].name: there is another component "ratings" before it. Remove one, or give it another name.',
      'spec.components[5].name: "reviews-v2" is the name of a revision of the component reviews. Give the component another name.',
    ]);
  });
});

describe('traits', () => {
  const rollout = (of: Record<string, unknown>): string[] => trait('rollout', { targetSize: 4, ...of });
  const gateway = { hosts: ['*'], match: [{ prefix: '/' }], port: 8080 };
  it.each<[string, () => string[], string]>([
    ['type', () => trait('scaler', {}), 'spec.components[0].traits[0].type: there is no trait of the type "scaler" here. With the trait rollout, targetSize says how many Pods there are. There are expose, istio-gateway, rollout and canary-traffic.'],
    ['twice', () => trait('expose', { port: [1] }, { type: 'expose', properties: { port: [2] } }), 'spec.components[0].traits[1].type: there is another trait "expose" before it. Remove one, or give it another name.'],
    ['no port', () => trait('expose', {}), 'spec.components[0].traits[0].properties: names no port. Write port: [8080].'],
    ['type of Service', () => trait('expose', { port: [1], type: 'ExternalName' }), 'spec.components[0].traits[0].properties.type: "ExternalName": supported values: "ClusterIP", "NodePort", "LoadBalancer".'],
    ['traffic port', () => trait('canary-traffic', { port: ['http'] }), 'spec.components[0].traits[0].properties.port: "http" is no port. Write a number from 1 to 65535, or a list of them: [9080].'],
    ['no traffic port', () => trait('canary-traffic', {}), 'spec.components[0].traits[0].properties.port: is missing.'],
    ['path', () => trait('istio-gateway', { ...gateway, match: [{ exact: '/a', prefix: '/' }] }), 'spec.components[0].traits[0].properties.match[0]: is not one path. Write either exact or prefix.'],
    ['gateway to nobody', () => trait('istio-gateway', gateway), "spec.components[0].traits[0].properties.port: the gateway's requests find nobody at port 8080. No Service leads to this component: name the port in the trait expose."],
    ['gateway beside', () => trait('istio-gateway', gateway, { type: 'canary-traffic', properties: { port: 9090 } }), "spec.components[0].traits[0].properties.port: the gateway's requests find nobody at port 8080. Its Service leads to 9090: name the port in the trait expose or canary-traffic."],
    ['ports of one name', () => trait('expose', { ports: [{ port: 80, name: 'port-8080' }] }, { type: 'canary-traffic', properties: { port: 8080 } }), 'spec.components[0]: there is another port of its Service called "port-8080" before it. Remove one, or give it another name.'],
    ['selector', () => trait('expose', { port: [1], matchLabels: { a: 'b' } }, { type: 'canary-traffic', properties: { port: 1 } }), 'spec.components[0].traits[0].properties.matchLabels: canary-traffic splits the requests of this Service, which has to lead to the Pods of all revisions. Leave it out.'],
    ['batches', () => rollout({ rolloutBatches: [{ replicas: 1 }, { replicas: 1 }] }), 'spec.components[0].traits[0].properties.rolloutBatches: the batches have 2 Pods together, and targetSize is 4. Let the batches have 4 Pods together; a last one in per cent takes what is left.'],
    ['partition', () => rollout({ rolloutBatches: [{ replicas: 1 }, { replicas: 3 }], batchPartition: 2 }), 'spec.components[0].traits[0].properties.batchPartition: there is no batch 2: there are 2. Write at most 1; batches are counted from 0.'],
    ['size', () => trait('rollout', { targetSize: 0 }), 'spec.components[0].traits[0].properties.targetSize: '],
    ['target revision', () => rollout({ targetRevision: 'wbe-v1' }), 'spec.components[0].traits[0].properties.targetRevision: "wbe-v1" is no revision of web. They are called web-v1, web-v2 and so on.'],
  ])('%s', (_, problems, expected) => {
    expect(problems().join('\n')).toContain(expected);
    expect(problems()).toHaveLength(1);
  });
});

describe('workflows', () => {
  const rolling = { traits: [{ type: 'rollout', properties: { targetSize: 4, rolloutBatches: [{ replicas: 1 }, { replicas: 3 }] } }, { type: 'canary-traffic', properties: { port: 8080 } }] };
  const flow = (...steps: WorkflowStep[]): Workflow => ({ steps });
  const one = (step: Partial<WorkflowStep>): string[] => told(oneComponent(rolling, flow({ name: 'a', type: 'suspend', ...step })));
  const rollout = (batchPartition: number, ...weights: (readonly [string, number])[]): Partial<WorkflowStep> => ({
    type: 'canary-rollout',
    properties: { batchPartition, ...(weights.length > 0 ? { traffic: { weightedTargets: weights.map(([revision, weight]) => ({ revision, weight })) } } : {}) },
  });
  const at = 'spec.workflow.steps[0]';

  it.each<[string, () => string[], string]>([
    ['type', () => one({ type: 'deploy' }), `${at}.type: there is no workflow step of the type "deploy" here. apply-component applies a component; there are no clusters and policies here. There are canary-rollout, canary-rollback, apply-component, suspend, step-group, notification and webhook.`],
    ['outputs', () => one({ outputs: [{ name: 'a', valueFrom: 'b' }] }), `${at}.outputs: steps do not give values to others here. Leave it out.`],
    ['timeout', () => one({ timeout: '5 minutes' }), `${at}.timeout: "5 minutes" is not a duration. Write it as in 90s, 5m or 1m30s.`],
    ['duration', () => one({ properties: { duration: 'long' } }), `${at}.properties.duration: "long" is not a duration. Write it as in 90s, 5m or 1m30s.`],
    ['condition', () => one({ if: 'status.a.phase ==' }), `${at}.if: "status.a.phase ==" cannot be read: `],
    ['dependsOn', () => one({ dependsOn: ['b'] }), `${at}.dependsOn[0]: there is no step "b" beside it. There is a.`],
    ['no steps', () => one({ type: 'step-group' }), `${at}: the group has no steps. Write them under subSteps.`],
    ['sub-steps', () => one({ subSteps: [{ name: 'b', type: 'suspend' }] }), `${at}.subSteps: only a step of the type step-group has subSteps. Leave it out, or write type: step-group.`],
    ['group in a group', () => one({ type: 'step-group', subSteps: [{ name: 'b', type: 'step-group' }] }), `${at}.subSteps[0].type: a group cannot stand in a group. Put its steps into the outer one.`],
    ['component', () => one({ type: 'apply-component', properties: { component: 'wbe' } }), `${at}.properties.component: there is no component "wbe". There are web.`],
    ['property', () => one({ type: 'canary-rollback', properties: { rollbackVersion: 'web-v1' } }), `${at}.properties.rollbackVersion: there is no property "rollbackVersion". Known here: component.`],
    ['mail', () => one({ type: 'notification', properties: { email: {} } }), `${at}.properties.email: no mail is sent from here. Use slack, dingding or lark, or a webhook.`],
    ['nobody', () => one({ type: 'notification' }), `${at}.properties: names nobody to notify. Write slack, dingding or lark.`],
    ['address', () => one({ type: 'webhook', properties: { url: { value: 'ftp://token@example.com' } } }), `${at}.properties.url.value: is no address. Write it as in https://example.com/hook.`],
    ['two addresses', () => one({ type: 'webhook', properties: { url: { value: 'http://a', secretRef: { name: 'a', key: 'b' } } } }), `${at}.properties.url: does not name one address. Write either value or secretRef with name and key.`],
    ['batch', () => one(rollout(2)), `${at}.properties.batchPartition: there is no batch 2: there are 2. Write at most 1; batches are counted from 0.`],
    ['sum', () => one(rollout(0, ['web-v1', 80], ['web-v2', 10])), `${at}.properties.traffic.weightedTargets: the weights are 90 together. Let them be 100.`],
    ['twice', () => one(rollout(0, ['web-v1', 50], ['web-v1', 50])), `${at}.properties.traffic.weightedTargets[1].revision: there is another weight of "web-v1" before it. Remove one, or give it another name.`],
    ['name of a revision', () => one(rollout(0, ['web-1', 90], ['web-v2', 10])), `${at}.properties.traffic.weightedTargets[0].revision: "web-1" is no revision of web. They are called web-v1, web-v2 and so on.`],
    ['Pods that are gone', () => one(rollout(1, ['web-v1', 50], ['web-v2', 50])), `${at}.properties.traffic.weightedTargets[0].weight: after the last batch there are no Pods but those of the new revision. Give it 100.`],
    ['component without rollout', () => told(oneComponent({}, flow({ name: 'a', type: 'canary-rollout', properties: { batchPartition: 0 } }))), `${at}.properties: no component has the trait rollout, so there is nothing to release. Give the component the trait rollout.`],
    ['nothing to split', () => told(oneComponent({ traits: rolling.traits.slice(0, 1) }, flow({ name: 'a', type: '', ...rollout(0, ['web-v1', 90], ['web-v2', 10]) }))), `${at}.properties.traffic: nothing splits the requests of web. Give the component the trait canary-traffic, or leave traffic out.`],
    ['Workflow object', () => told(oneComponent({}, { ref: 'shared' })), 'spec.workflow.ref: a Workflow object is not read here. Write its steps here.'],
  ])('%s', (_, problems, expected) => {
    expect(problems().join('\n')).toContain(expected);
    expect(problems()).toHaveLength(1);
  });

  it('name their steps apart, and wait in no circle', () => {
    expect(told(oneComponent({}, { steps: [{ name: 'a', type: 'suspend', dependsOn: ['b'] }, { name: 'b', type: 'suspend', dependsOn: ['a'] }, { name: 'a', type: 'suspend' }] }))).toEqual([
      `${'spec.workflow.steps[2].name'}: there is another step "a" before it. Remove one, or give it another name.`,
      'spec.workflow.steps[0].dependsOn[0]: a and b wait for each other. Remove one of the ways.',
      'spec.workflow.steps[1].dependsOn[0]: b and a wait for each other. Remove one of the ways.',
    ]);
  });

  it('go forward only', () => {
    const steps = [rollout(0, ['web-v1', 50], ['web-v2', 50]), rollout(0, ['web-v1', 60], ['web-v2', 40])].map((step, index): WorkflowStep => ({ name: `s${index}`, type: '', ...step }));
    expect(told(oneComponent(rolling, { steps }))).toEqual([
      'spec.workflow.steps[1].properties.batchPartition: the step s0 has done the batch 0 already. Let every step go at least one batch further.',
      'spec.workflow.steps[1].properties.traffic.weightedTargets: the new revision would go back from 50 % to 40 %. Weights may only rise; use canary-rollback to take a version back.',
    ]);
  });

  it('say which of several components is meant', () => {
    const app = changed(oneComponent(rolling, flow({ name: 'a', type: '', ...rollout(0) })), ({ spec }) => void spec.components.push({ ...spec.components[0], name: 'api', type: 'webservice' }));
    expect(told(app)).toEqual([`${at}.properties: does not say which component is meant. Write component: web or api.`]);
    const named = changed(app, ({ spec }) => void Object.assign(spec.workflow?.steps?.[0]?.properties ?? {}, { component: 'api' }));
    expect(told(named)).toEqual([]);
    const weighed = changed(app, ({ spec }) => void Object.assign(spec.workflow?.steps?.[0] ?? {}, rollout(0, ['api-v1', 90], ['api-v2', 10])));
    expect(told(weighed)).toEqual([]);
    const both = changed(app, ({ spec }) => void Object.assign(spec.workflow?.steps?.[0] ?? {}, rollout(0, ['api-v1', 90], ['web-v2', 10])));
    expect(told(both)).toEqual([`${at}.properties: weighs revisions of more than one component. Write component: web or api.`]);
  });
});

describe('revisions that are weighed', () => {
  it('are on record, or what the spec makes', () => {
    expect(told(second, [])).toEqual([
      'spec.workflow.steps[0].properties.traffic.weightedTargets[1].revision: there is no revision "reviews-v2" of reviews. There is reviews-v1; what stands here is reviews-v1.',
      'spec.workflow.steps[2].properties.traffic.weightedTargets[0].revision: there is no revision "reviews-v2" of reviews. There is reviews-v1; what stands here is reviews-v1.',
    ]);
    const running = new Map([['reviews', 'reviews-v1']]);
    expect(checkApplication(second, { revisions: [v1], running })).toEqual([]);
    const third = changed(second, (copy) => void Object.assign(componentOf(copy, 'reviews').properties ?? {}, { image: 'docker.io/istio/examples-bookinfo-reviews-v1:1.16.2' }));
    const v2 = componentRevision(second, componentOf(second, 'reviews'), [v1]).object;
    expect(told(third, [v1, v2])).toEqual([
      'spec.workflow.steps[2].properties.traffic.weightedTargets[0].weight: after the last batch there are no Pods but those of the new revision, reviews-v3. Give reviews-v3 100.',
    ]);
    const rightEnd = changed(third, ({ spec }) => void Object.assign(spec.workflow?.steps?.[0]?.properties ?? {}, { traffic: { weightedTargets: [{ revision: 'reviews-v1', weight: 90 }, { revision: 'reviews-v3', weight: 10 }] } }));
    rightEnd.spec.workflow?.steps?.splice(2);
    expect(told(rightEnd, [v1, v2])).toEqual([]);
    expect(checkApplication(rightEnd, { revisions: [v1, v2], running: new Map([['reviews', 'reviews-v2']]) })).toEqual([
      { path: ['spec', 'workflow', 'steps', 0, 'properties', 'traffic', 'weightedTargets', 0, 'revision'], problem: 'reviews-v1 does not run: reviews-v2 does.', remedy: 'Give its weight to reviews-v2.' },
    ]);
  });
});

describe('whatever stands there', () => {
  it('is told all at once, policies and versions included', () => {
    const app = changed(second, (copy) => {
      copy.apiVersion = 'core.oam.dev/v1alpha2';
      componentOf(copy, 'reviews').type = 'cloneset';
      componentOf(copy, 'productpage').traits?.push({ type: 'ingress' });
      Object.assign(componentOf(copy, 'ratings').properties ?? {}, { port: 0 });
      copy.spec.policies = [{ name: 'where', type: 'topology', properties: {} }];
      Object.assign(copy.spec, { envs: [] });
      copy.spec.workflow?.steps?.push({ name: 'ask', type: 'request' });
    });
    expect(checkApplication(app, {}).map(({ path }) => formatPath(path))).toEqual([
      'apiVersion', 'spec.envs', 'spec.components[0].type', 'spec.components[1].traits[2].type', 'spec.components[2].properties.port', 'spec.policies[0].type', 'spec.workflow.steps[3].type',
    ]);
  });

  it('names what is missing, and looks at the rest', () => {
    const app = { ...oneComponent({}), spec: { components: [{ type: 'webservice' }, { name: 'b', type: 'worker' }], workflow: { steps: [{ name: 'x' }, { name: 'y', type: 'wait' }] } } } as unknown as Application;
    expect(checkApplication(app, {}).map(({ path }) => formatPath(path))).toEqual(['spec.components[0].name', 'spec.workflow.steps[0].type', 'spec.components[1].type', 'spec.workflow.steps[1].type']);
    for (const spec of [undefined, null, 'text', [], {}, { components: {} }, { components: [null] }, { components: [], workflow: 1 }, { components: [], workflow: null }, { components: [], workflow: { steps: null } }, { components: [], policies: 'x' }]) {
      expect(checkApplication({ ...app, spec } as unknown as Application, {}).length, JSON.stringify(spec)).toBeGreaterThan(0);
    }
  });

  it('never throws, and what it lets pass can be rendered', () => {
    const places = (value: unknown, path: (string | number)[] = []): (string | number)[][] => (typeof value !== 'object' || value === null ? [path] : [path, ...Object.entries(value).flatMap(([key, item]) => places(item, [...path, Array.isArray(value) ? Number(key) : key]))]);
    const spots = places(second.spec).filter((path) => path.length > 0);
    let passed = 0;
    fc.assert(fc.property(fc.constantFrom(...spots), fc.oneof(fc.jsonValue({ maxDepth: 2 }), fc.constantFrom('remove', 1, 2, 'reviews', '9080')), (path, value) => {
      const app = changed(second, ({ spec }) => {
        const parent = path.slice(0, -1).reduce<unknown>((at, key) => Reflect.get(at as object, key), spec) as object;
        const key = path.at(-1) ?? '';
        if (value !== 'remove') Reflect.set(parent, key, value);
        else if (Array.isArray(parent)) parent.splice(Number(key), 1);
        else Reflect.deleteProperty(parent, key);
      });
      for (const revisions of [undefined, [v1]]) {
        if (checkApplication(app, { revisions }).length > 0) continue;
        passed++;
        for (const component of app.spec.components) renderComponent(app, component, `${component.name}-v1`);
      }
    }), { numRuns: 300 });
    expect(passed).toBeGreaterThan(10);
  });
});
