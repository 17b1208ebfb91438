-- Suspended while it waits for somebody: at a pause without an end, for an approval, or paused by a person.
local health = {status = "Progressing", message = "Waits for a controller of Serin."}
local status = obj.status
if status == nil or status.phase == nil then
  return health
end
health.message = status.message or status.phase
if status.phase == "Completed" then
  health.status = "Healthy"
elseif status.phase == "Aborted" then
  health.status = "Degraded"
elseif status.phase == "Progressing" then
  local step = obj.spec.plan.steps[status.step.index + 1]
  if obj.spec.paused or (step ~= nil and ((step.kind == "pause" and step.milliseconds == nil) or step.kind == "approve")) then
    health.status = "Suspended"
  end
end
return health
