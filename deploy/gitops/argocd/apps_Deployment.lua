-- As Argo CD judges Deployments, but for one that a policy of Serin looks after: paused, it is not Suspended. While a release
-- is under way none of its Pods is of the new template yet, so that it is Progressing; at rest it is what it would be else.
local status = obj.status or {}
local policy = (obj.metadata.labels or {})["serin.dev/policy"]
local health = {status = "Progressing", message = ""}
if obj.spec.paused and policy == nil then
  return {status = "Suspended", message = "Deployment is paused"}
end
if (obj.metadata.generation or 0) > (status.observedGeneration or 0) then
  health.message = "Waiting for rollout to finish: observed deployment generation less than desired generation"
  return health
end
for _, condition in ipairs(status.conditions or {}) do
  if condition.type == "Progressing" and condition.reason == "ProgressDeadlineExceeded" then
    return {status = "Degraded", message = "Deployment \"" .. obj.metadata.name .. "\" exceeded its progress deadline"}
  end
end
local wanted = obj.spec.replicas
if wanted == nil then
  wanted = 1
end
local updated = status.updatedReplicas or 0
if updated < wanted then
  if obj.spec.paused then
    health.message = "Policy " .. policy .. " has it: " .. updated .. " of " .. wanted .. " Pods of the Deployment's own are of its template"
  else
    health.message = "Waiting for rollout to finish: " .. updated .. " out of " .. wanted .. " new replicas have been updated..."
  end
elseif (status.replicas or 0) > updated then
  health.message = "Waiting for rollout to finish: " .. ((status.replicas or 0) - updated) .. " old replicas are pending termination..."
elseif (status.availableReplicas or 0) < updated then
  health.message = "Waiting for rollout to finish: " .. (status.availableReplicas or 0) .. " of " .. updated .. " updated replicas are available..."
else
  health.status = "Healthy"
end
return health
