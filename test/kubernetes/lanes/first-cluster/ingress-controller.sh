# Traefik in the place of ingress-nginx's controller, by that one's own flags: OpenResty cannot be built here, and Traefik serves
# the same Ingresses with the same annotations. It runs in the chart's Pod, with the rights of the chart's ServiceAccount.
#
#   sh ingress-controller.sh TRAEFIK /nginx-ingress-controller FLAGS…
set -eu
traefik=$1
shift
publish= class=nginx controller=k8s.io/ingress-nginx
for each; do
  case "$each" in
    --publish-service=*) publish=${each#*=} ;;
    --ingress-class=*) class=${each#*=} ;;
    --controller-class=*) controller=${each#*=} ;;
  esac
done

# The chart's probes ask at /healthz.
health=$TMPDIR/health.yaml
echo "http: {routers: {health: {rule: 'Path(\`/healthz\`)', entryPoints: [traefik], service: ping@internal}}}" > "$health"

# The one names a library of the image; the others the local cluster's stand-in for a sidecar, which is not here.
unset LD_PRELOAD HTTP_PROXY http_proxy
# All Pods of the laboratory share one network: each listens at the address of its own.
exec "$traefik" \
  --entryPoints.web.address="$HOST:80" --entryPoints.websecure.address="$HOST:443" --entryPoints.traefik.address="$HOST:10254" \
  --ping=true --global.checkNewVersion=false --global.sendAnonymousUsage=false --log.level=INFO \
  --providers.file.filename="$health" \
  --providers.providersThrottleDuration=100ms \
  --providers.kubernetesIngressNGINX=true --providers.kubernetesIngressNGINX.httpEntryPoint=web --providers.kubernetesIngressNGINX.httpsEntryPoint=websecure \
  --providers.kubernetesIngressNGINX.ingressClass="$class" --providers.kubernetesIngressNGINX.controllerClass="$controller" \
  --providers.kubernetesIngressNGINX.publishService="$publish"
