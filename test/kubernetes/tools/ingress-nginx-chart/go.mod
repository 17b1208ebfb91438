// The Helm chart of ingress-nginx. Nothing of its code is built.
module serin.dev/test/kubernetes/tools/ingress-nginx-chart

go 1.26.0

require k8s.io/ingress-nginx v0.0.0-20240708192948-52c50467d67d
