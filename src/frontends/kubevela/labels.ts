/** Labels and annotations by which KubeVela's tools find what belongs to an Application. */

/** The Application's name. */
export const APP_NAME = 'app.oam.dev/name';
/** The Application's namespace. */
export const APP_NAMESPACE = 'app.oam.dev/namespace';
/** The component's name; also on its Pods. */
export const COMPONENT = 'app.oam.dev/component';
/** The name of the component's revision, such as `reviews-v2`; also on its Pods, where DestinationRules select by it. */
export const REVISION = 'app.oam.dev/revision';
/** The name of the Application's revision, such as `book-info-v3`. */
export const APP_REVISION = 'app.oam.dev/appRevision';
/** The hash of the Application's revision. */
export const APP_REVISION_HASH = 'app.oam.dev/app-revision-hash';
/** `WORKLOAD` or `TRAIT`. */
export const RESOURCE_TYPE = 'app.oam.dev/resourceType';
/** On a workload: the type of its component. */
export const WORKLOAD_TYPE = 'workload.oam.dev/type';
/** On an object of a trait: the trait's type. */
export const TRAIT_TYPE = 'trait.oam.dev/type';
/** On an object of a trait: which of the trait's objects it is. */
export const TRAIT_RESOURCE = 'trait.oam.dev/resource';
/** On a ControllerRevision: the component. */
export const REVISION_COMPONENT = 'controller.oam.dev/component';
/** On a ControllerRevision: the hash of what it holds. */
export const COMPONENT_REVISION_HASH = 'app.oam.dev/component-revision-hash';
/** On an Application: the name of the run that the user wants; another one begins a new run. */
export const PUBLISH_VERSION = 'app.oam.dev/publishVersion';
export { FRONTEND_LABEL } from '../frontend-label.js';
export const FRONTEND = 'kubevela';
