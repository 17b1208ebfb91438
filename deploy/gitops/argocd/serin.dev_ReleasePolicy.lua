-- Healthy at rest, Progressing while a release is under way, Degraded where a version was taken back or the policy cannot
-- run, Suspended where a new version waits for somebody.
local health = {status = "Progressing", message = "Waits for a controller of Serin."}
local status = obj.status
if status == nil or status.phase == nil then
  return health
end
if status.observedGeneration ~= nil and obj.metadata.generation ~= nil and status.observedGeneration < obj.metadata.generation then
  health.message = "Waits for the controller to take notice."
  return health
end
health.message = status.message or status.phase
for _, condition in ipairs(status.conditions or {}) do
  if condition.type == "Stalled" and condition.status == "True" then
    health.status = "Degraded"
    return health
  end
  if condition.type == "Reconciling" and condition.status == "True" then
    return health
  end
end
if status.phase == "Holding" then
  health.status = "Suspended"
elseif status.phase == "Resting" then
  health.status = "Healthy"
end
return health
