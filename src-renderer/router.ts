import { createRouter, createWebHashHistory } from 'vue-router';
import ArchitecturePage from './pages/ArchitecturePage.vue';
import ChildPage from './pages/ChildPage.vue';
import ComparePage from './pages/ComparePage.vue';
import DatasetPage from './pages/DatasetPage.vue';
import DatasetsPage from './pages/DatasetsPage.vue';
import ModelsPage from './pages/ModelsPage.vue';
import NewSearchPage from './pages/NewSearchPage.vue';
import RunPage from './pages/RunPage.vue';
import RunsPage from './pages/RunsPage.vue';
import SettingsPage from './pages/SettingsPage.vue';

/** The pages. The address of a page encodes what it shows, so that a reloaded window shows the same. */
export const router = createRouter({
  history: createWebHashHistory(),
  routes: [
    { path: '/', redirect: '/runs' },
    { path: '/runs', name: 'runs', component: RunsPage },
    { path: '/dataset', name: 'dataset', component: DatasetPage },
    { path: '/datasets', name: 'datasets', component: DatasetsPage },
    { path: '/new', name: 'new', component: NewSearchPage },
    { path: '/run', name: 'run', component: RunPage },
    { path: '/run/child', name: 'child', component: ChildPage },
    { path: '/models', name: 'models', component: ModelsPage },
    { path: '/architecture', name: 'architecture', component: ArchitecturePage },
    { path: '/compare', name: 'compare', component: ComparePage },
    { path: '/settings', name: 'settings', component: SettingsPage },
  ],
});
