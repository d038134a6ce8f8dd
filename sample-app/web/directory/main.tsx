import { mount, startOfPage } from '../site/mount.js';
import { Directory, type DirectoryStart } from './directory.js';
import { DirectoryPage } from './directory-page.js';

const directory = new Directory(startOfPage() as DirectoryStart);
mount(<DirectoryPage directory={directory} />);
directory.connect();
