import { describe, expect, it } from 'vitest';
import type { Informer } from '../../cluster/informer.js';
import type { Pod } from '../../kubernetes/generated/core-v1.js';
import { resources } from '../../kubernetes/resources.js';
import { VirtualClock } from '../../ports/virtual-clock.js';
import { answerPage, answerTo } from '../page/page-question.js';
import { Scraping, type ScrapingOptions } from '../scraping/scraping.js';
import { gatewayKinds } from './gateway-kinds.js';
import { gatewayQuestion, type ServedByRole } from './gateway-question.js';

const services = { stable: 'web', canary: 'web-canary' };

function ask(name: string, text: string): ServedByRole | undefined {
  const kind = gatewayKinds.find((each) => each.name === name);
  if (!kind) throw new Error(`no ${name}`);
  const question = gatewayQuestion(kind, { namespace: 'shop', services, roleOfAddress: (address) => (address === '10.0.0.2' ? 'canary' : address === 'fd00::1' ? 'stable' : undefined) });
  return answerTo(question, answerPage(text, [question]));
}

/** Samples of two versions, of a Service of another namespace and of one with a name that begins alike. */
const pages: Readonly<Record<string, string>> = {
  'ingress-nginx': `
nginx_ingress_controller_requests{canary="",controller_class="k8s.io/ingress-nginx",ingress="web",method="GET",namespace="shop",path="/",service="web",status="200"} 90
nginx_ingress_controller_requests{canary="",ingress="web",namespace="shop",service="web",status="502"} 3
nginx_ingress_controller_requests{canary="shop-web-canary-80",ingress="web",namespace="shop",service="web",status="200"} 5
nginx_ingress_controller_requests{canary="shop-web-canary-80",ingress="web",namespace="shop",service="web",status="500"} 5
nginx_ingress_controller_requests{canary="shop-web-other-80",ingress="web",namespace="shop",service="web",status="500"} 70
nginx_ingress_controller_requests{canary="",ingress="web",namespace="other",service="web",status="500"} 70
nginx_ingress_controller_request_duration_seconds_bucket{canary="",namespace="shop",service="web",status="200",le="0.1"} 80
nginx_ingress_controller_request_duration_seconds_bucket{canary="",namespace="shop",service="web",status="200",le="+Inf"} 93
nginx_ingress_controller_request_duration_seconds_bucket{canary="shop-web-canary-80",namespace="shop",service="web",status="200",le="0.1"} 4
nginx_ingress_controller_request_duration_seconds_bucket{canary="shop-web-canary-80",namespace="shop",service="web",status="200",le="+Inf"} 10
`,
  traefik: `
traefik_service_requests_total{code="200",method="GET",protocol="http",service="shop-web-80@kubernetesgateway"} 90
traefik_service_requests_total{code="502",method="GET",protocol="http",service="shop-web-80@kubernetesgateway"} 3
traefik_service_requests_total{code="200",method="GET",protocol="http",service="shop-web-canary-80@kubernetesgateway"} 5
traefik_service_requests_total{code="500",method="GET",protocol="http",service="shop-web-canary-80@kubernetesgateway"} 5
traefik_service_requests_total{code="500",service="shop-web-other-80@kubernetesgateway"} 70
traefik_service_requests_total{code="500",service="other-web-80@kubernetesgateway"} 70
traefik_service_request_duration_seconds_bucket{code="200",service="shop-web-80@kubernetesgateway",le="0.1"} 80
traefik_service_request_duration_seconds_bucket{code="200",service="shop-web-80@kubernetesgateway",le="+Inf"} 93
traefik_service_request_duration_seconds_bucket{code="200",service="shop-web-canary-80@kubernetesgateway",le="0.1"} 4
traefik_service_request_duration_seconds_bucket{code="200",service="shop-web-canary-80@kubernetesgateway",le="+Inf"} 10
`,
  contour: `
envoy_cluster_upstream_rq_xx{envoy_response_code_class="2",envoy_cluster_name="shop_web_80"} 90
envoy_cluster_upstream_rq_xx{envoy_response_code_class="5",envoy_cluster_name="shop_web_80"} 3
envoy_cluster_upstream_rq_xx{envoy_response_code_class="2",envoy_cluster_name="shop_web-canary_80"} 5
envoy_cluster_upstream_rq_xx{envoy_response_code_class="5",envoy_cluster_name="shop_web-canary_80"} 5
envoy_cluster_upstream_rq_xx{envoy_response_code_class="5",envoy_cluster_name="other_web_80"} 70
envoy_cluster_upstream_rq_time_bucket{envoy_cluster_name="shop_web_80",le="100"} 80
envoy_cluster_upstream_rq_time_bucket{envoy_cluster_name="shop_web_80",le="+Inf"} 93
envoy_cluster_upstream_rq_time_bucket{envoy_cluster_name="shop_web-canary_80",le="100"} 4
envoy_cluster_upstream_rq_time_bucket{envoy_cluster_name="shop_web-canary_80",le="+Inf"} 10
`,
  istio: `
istio_requests_total{reporter="source",destination_service_name="web",destination_service_namespace="shop",response_code="200"} 90
istio_requests_total{reporter="source",destination_service_name="web",destination_service_namespace="shop",response_code="0"} 3
istio_requests_total{reporter="source",destination_service_name="web-canary",destination_service_namespace="shop",response_code="200"} 5
istio_requests_total{reporter="source",destination_service_name="web-canary",destination_service_namespace="shop",response_code="503"} 5
istio_requests_total{reporter="source",destination_service_name="web",destination_service_namespace="other",response_code="503"} 70
istio_request_duration_milliseconds_bucket{reporter="source",destination_service_name="web",destination_service_namespace="shop",le="100"} 80
istio_request_duration_milliseconds_bucket{reporter="source",destination_service_name="web",destination_service_namespace="shop",le="+Inf"} 93
istio_request_duration_milliseconds_bucket{reporter="source",destination_service_name="web-canary",destination_service_namespace="shop",le="100"} 4
istio_request_duration_milliseconds_bucket{reporter="source",destination_service_name="web-canary",destination_service_namespace="shop",le="+Inf"} 10
`,
};

describe('a gateway', () => {
  it.each(Object.keys(pages))('%s tells the versions apart by their Services', (name) => {
    const source = { source: name };
    expect(ask(name, pages[name] ?? '')).toEqual({
      stable: { counts: { requests: 93, failures: 3, ...source }, buckets: { edges: [100], counts: [80, 93], ...source } },
      canary: { counts: { requests: 10, failures: 5, ...source }, buckets: { edges: [100], counts: [4, 10], ...source } },
    });
    expect(ask(name, 'up 1\n')).toBeUndefined();
  });

  it('that has one cluster for both tells them apart by the addresses of Pods', () => {
    const of = (metric: string, address: string, value: number): string => `envoy_cluster_endpoint_${metric}{envoy_cluster_name="httproute/shop/web/rule/0",envoy_endpoint_address="${address}"} ${value}\n`;
    const text = of('rq_total', '10.0.0.2:8080', 10) + of('rq_error', '10.0.0.2:8080', 4) + of('rq_total', '[fd00::1]:8080', 90) + of('rq_total', '10.0.0.9:8080', 70);
    expect(ask('envoy-gateway', text)).toMatchObject({ stable: { counts: { requests: 90, failures: 0 } }, canary: { counts: { requests: 10, failures: 4 } } });
  });
});

describe('where Pods tell nothing', () => {
  const release = { namespace: 'shop', name: 'web-1' };
  const versions = { stable: 'old', canary: 'new' };
  const signal = new AbortController().signal;
  const clock = new VirtualClock();

  const pod = (namespace: string, name: string, labels: Record<string, string>, annotations: Record<string, string> = {}): Pod => ({
    apiVersion: 'v1', kind: 'Pod',
    metadata: { name, namespace, uid: name, labels, annotations, creationTimestamp: new Date(clock.now() - 60_000).toISOString() },
    spec: { containers: [] },
    status: { phase: 'Running', podIP: '10.0.0.9' },
  });
  const informer = (pods: readonly Pod[]): Informer<Pod> => {
    const none = (): never => {
      throw new Error('not used');
    };
    return { resource: resources.pods, synced: true, get: none, list: (filter) => pods.filter(({ metadata }) => filter?.namespace === undefined || metadata.namespace === filter.namespace), onChange: none, untilSynced: none, refresh: none, remember: none, forget: none };
  };
  const started = async (pods: readonly Pod[], fetch: ScrapingOptions['fetch'], more: Partial<ScrapingOptions> = {}) => {
    const scraping = new Scraping({ pods: informer(pods), clock, fetch, ...more });
    const collector = scraping.collector(release, versions, { name: 'errors', errorRate: {} }, services);
    const stopping = new AbortController();
    await clock.advance(1000);
    const running = scraping.run(stopping.signal);
    return {
      scraping, collector,
      stop: async () => {
        stopping.abort();
        await running;
      },
    };
  };
  const shop = [pod('shop', 'a', { 'pod-template-hash': 'old' }), pod('shop', 'b', { 'pod-template-hash': 'new' })];
  const nginx = pod('ingress-nginx', 'nginx', { 'app.kubernetes.io/name': 'ingress-nginx', 'app.kubernetes.io/component': 'controller' });

  it('the gateway is asked, where it tells its metrics, and its requests count from its first answer', async () => {
    const places: string[] = [];
    let page = pages['ingress-nginx'] ?? '';
    const { scraping, collector, stop } = await started([...shop, nginx], ({ port, path }) => {
      places.push(`${port}${path}`);
      return Promise.resolve(page);
    });
    expect(await collector.collect(signal)).toMatchObject({ block: { stable: { requests: 0 }, canary: { requests: 0 } } });
    expect(places).toEqual(['10254/metrics']);
    page = page.replace('} 90', '} 100').replace('status="500"} 5', 'status="500"} 7');
    await clock.advance(1000);
    expect(await collector.collect(signal)).toMatchObject({ block: { stable: { requests: 10, bad: 0 }, canary: { requests: 2, bad: 2 } } });
    expect(scraping.counts(release)).toEqual({ stable: { requests: 10, failures: 0 }, canary: { requests: 2, failures: 2 } });
    await stop();
  });

  it('what it counted before it was believed counts once it is', async () => {
    let page = 'up 1\n';
    const { collector, stop } = await started([...shop, nginx], () => Promise.resolve(page));
    await expect(collector.collect(signal)).rejects.toThrow('the gateway (ingress-nginx/nginx) shows no requests to its Services so far');
    page = pages['ingress-nginx'] ?? '';
    await clock.advance(1000);
    expect(await collector.collect(signal)).toMatchObject({ block: { stable: { requests: 93, bad: 3 }, canary: { requests: 10, bad: 5 } } });
    await stop();
  });

  it('Pods are believed that tell something after all, and the gateway is not asked any more', async () => {
    const telling = shop.map((each) => ({ ...each, metadata: { ...each.metadata, annotations: { 'prometheus.io/scrape': 'true', 'prometheus.io/port': '8080' } } }));
    const places: number[] = [];
    const { collector, stop } = await started([...telling, nginx], ({ port }) => {
      places.push(port);
      return Promise.resolve(port === 8080 ? 'http_requests_total{code="200"} 4\n' : (pages['ingress-nginx'] ?? ''));
    });
    await collector.collect(signal);
    await clock.advance(1000);
    await collector.collect(signal);
    expect(places.filter((port) => port === 10_254)).toHaveLength(1);
    expect(places.filter((port) => port === 8080)).toHaveLength(4);
    await stop();
  });

  it('it is said what is missing: a gateway that is seen, metrics that it tells', async () => {
    const alone = await started(shop, () => Promise.reject(new Error('not used')), { onlyNamespace: 'shop' });
    await expect(alone.collector.collect(signal)).rejects.toThrow('no gateway that is known is seen in namespace shop, the only one that this controller looks at');
    await alone.stop();
    const silent = await started([...shop, nginx], () => Promise.reject(new Error('connect ECONNREFUSED')));
    await expect(silent.collector.collect(signal)).rejects.toThrow('the gateway (ingress-nginx/nginx) does not tell its metrics at port 10254, /metrics: connect ECONNREFUSED');
    await silent.stop();
  });
});
